/** What the driver makes of a nova or keystone that misbehaves; above all, whether a request may still be carried out. */
import assert from 'node:assert/strict';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import { type CloudCall, type CloudFailure, mayStillHappen } from '../../src/core/recovery/cloud.ts';
import { addProject, addUser } from '../../src/cloud/model/seed.ts';
import { type EmbeddedCloud, startEmbeddedCloud } from '../../src/cloud/server.ts';
import type { CloudAccess } from '../../src/drivers/clouds-yaml/cloud-access.ts';
import {
  createCloud,
  createHandedOverCloud,
  EFFECT_LEAVES_WITHIN_MS,
} from '../../src/drivers/nova/cloud-driver.ts';
import { PAGES_MAX } from '../../src/drivers/nova/paging.ts';
import { embeddedAccess } from './embedded-target.ts';
import { json, type Script, type ScriptedNova, startScriptedNova } from './scripted-nova.ts';

const EVACUATE: CloudCall = { call: 'evacuate', vm: 'v1', target: 'h2' };
const POST_EVACUATE = 'POST /servers/v1/action';

let keystone: EmbeddedCloud;
const closers: (() => Promise<void>)[] = [];
beforeEach(async () => {
  keystone = await startEmbeddedCloud();
  closers.push(() => keystone.close());
  const project = addProject(keystone.state, 'service');
  addUser(keystone.state, { name: 'vigil', password: 'tell-nobody', projectId: project.id, admin: true });
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function access(nova: ScriptedNova | null, over: Partial<CloudAccess> = {}): CloudAccess {
  const base = embeddedAccess(keystone, { name: 'vigil', password: 'tell-nobody', project: 'service' });
  return { ...base, endpointOverride: { compute: nova?.url ?? null, placement: null }, ...over };
}

async function scripted(script: Script): Promise<ScriptedNova> {
  const nova = await startScriptedNova(script);
  closers.push(() => nova.close());
  return nova;
}

async function failureOf(wanted: CloudAccess, call: CloudCall, deadlineMs = 5_000): Promise<CloudFailure> {
  const cloud = createCloud({ access: wanted });
  closers.push(() => cloud.close());
  const answer = await cloud.perform(call, deadlineMs, new AbortController().signal);
  assert.ok(!answer.ok, JSON.stringify(answer));
  assert.equal(answer.call, call.call);
  assert.ok(!JSON.stringify(answer).includes('tell-nobody'));
  return answer.failure;
}

void test('a nova that takes the evacuation and is silent may still carry it out; it is sent once', async () => {
  const nova = await scripted({ answer: () => {} });
  // Long enough for a busy machine to have sent it by then.
  const failure = await failureOf(access(nova), EVACUATE, 3_000);
  assert.deepEqual([failure.code, failure.service], ['no-answer', 'nova']);
  assert.equal(mayStillHappen(failure), true);
  assert.deepEqual(nova.seen, [POST_EVACUATE]);
});

void test('a connection that breaks after the evacuation was sent leaves it open; it is sent once', async () => {
  const nova = await scripted({ answer: (request) => request.socket.destroy() });
  const failure = await failureOf(access(nova), EVACUATE);
  assert.equal(failure.code, 'no-answer');
  assert.deepEqual(nova.seen, [POST_EVACUATE]);
});

void test('a 503 leaves the evacuation open, a 409 does not', async () => {
  let status = 503;
  const nova = await scripted({
    answer: (_, response) => json(response, status, { x: { message: 'said' } }),
  });
  const open = await failureOf(access(nova), EVACUATE);
  assert.deepEqual(
    [open.code, open.status, open.detail, mayStillHappen(open)],
    ['server-error', 503, 'said', true],
  );
  status = 409;
  const closed = await failureOf(access(nova), EVACUATE);
  assert.deepEqual([closed.code, mayStillHappen(closed)], ['conflict', false]);
});

void test('a keystone that is silent cannot leave an evacuation open: it was not sent', async () => {
  const nova = await scripted({ answer: (_, response) => json(response, 200, {}) });
  const silent = createTcpServer((socket) => socket.resume());
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  closers.push(() => new Promise((resolve) => silent.close(() => resolve())));
  const address = silent.address();
  assert.ok(typeof address === 'object' && address !== null);
  const authUrl = `http://127.0.0.1:${address.port}/v3`;
  const failure = await failureOf(access(nova, { authUrl }), EVACUATE, 300);
  assert.deepEqual([failure.code, failure.service], ['unreachable', 'keystone']);
  assert.match(failure.detail, /^not sent, no-answer before it/);
  const read = await failureOf(access(nova, { authUrl }), { call: 'list-services' }, 300);
  assert.equal(read.code, 'no-answer');
  assert.deepEqual(nova.seen, []);
});

void test('a nova that cannot be reached cannot have carried anything out', async () => {
  const nova = await scripted({ answer: () => {} });
  await nova.close();
  const failure = await failureOf(access(nova), EVACUATE);
  assert.deepEqual([failure.code, failure.service], ['unreachable', 'nova']);
});

void test('a version document that is not given by the deadline cannot leave an evacuation open', async () => {
  const nova = await scripted({ maxMicroversion: () => null, answer: () => {} });
  const failure = await failureOf(access(nova), EVACUATE, 300);
  assert.deepEqual([failure.code, failure.service], ['unreachable', 'nova']);
  assert.match(failure.detail, /^not sent, no-answer before it/);
});

void test('what nova or keystone keeps waiting goes out no more: what was looked at for it is old by then', async (t) => {
  let waitedMs = 0;
  const now = performance.now.bind(performance);
  t.mock.method(performance, 'now', () => now() + waitedMs);
  const nova = await scripted({
    maxMicroversion: () => {
      waitedMs = EFFECT_LEAVES_WITHIN_MS;
      return '2.90';
    },
    answer: (_, response) => json(response, 200, {}),
  });
  const failure = await failureOf(access(nova), EVACUATE, 60_000);
  assert.deepEqual([failure.code, mayStillHappen(failure)], ['unreachable', false]);
  assert.deepEqual(nova.seen, []);
});

void test('a 401 is repeated once with a new token', async () => {
  let refusals = 1;
  const tokens: unknown[] = [];
  const nova = await scripted({
    answer: (request, response) => {
      tokens.push(request.headers['x-auth-token']);
      refusals -= 1;
      json(response, refusals >= 0 ? 401 : 200, {});
    },
  });
  const cloud = createCloud({ access: access(nova) });
  closers.push(() => cloud.close());
  const answer = await cloud.perform(EVACUATE, 5_000, new AbortController().signal);
  assert.equal(answer.ok, true);
  assert.deepEqual(nova.seen, [POST_EVACUATE, POST_EVACUATE]);
  assert.notEqual(tokens[0], tokens[1]);
});

void test('a second 401 ends it', async () => {
  const nova = await scripted({ answer: (_, response) => json(response, 401, {}) });
  const failure = await failureOf(access(nova), EVACUATE);
  assert.equal(failure.code, 'unauthorized');
  assert.deepEqual(nova.seen, [POST_EVACUATE, POST_EVACUATE]);
});

void test('a slave with a refused token gives up at once: it has no credential', async () => {
  const nova = await scripted({ answer: (_, response) => json(response, 401, {}) });
  const config = { token: 'old', novaUrl: nova.url, microversion: '2.90', tls: { ca: null, verify: true } };
  const slave = createHandedOverCloud(config);
  closers.push(() => slave.close());
  const call = { call: 'evacuate', vm: 'v1', target: 'h2' } as const;
  const answer = await slave.perform(call, 5_000, new AbortController().signal);
  assert.ok(!answer.ok && answer.failure.code === 'unauthorized');
  assert.deepEqual(nova.seen, [POST_EVACUATE]);
});

void test('a slave that is stopped before it sends, sends nothing', async () => {
  const nova = await scripted({ answer: (_, response) => json(response, 200, {}) });
  const config = { token: 't', novaUrl: nova.url, microversion: '2.90', tls: { ca: null, verify: true } };
  const slave = createHandedOverCloud(config);
  closers.push(() => slave.close());
  const call = { call: 'evacuate', vm: 'v1', target: 'h2' } as const;
  const answer = await slave.perform(call, 5_000, AbortSignal.abort());
  assert.ok(!answer.ok && !mayStillHappen(answer.failure));
  assert.deepEqual(nova.seen, []);
});

void test('a nova exchanged for an older one is negotiated with anew', async () => {
  let newest = '2.93';
  const asked: unknown[] = [];
  const nova = await scripted({
    maxMicroversion: () => newest,
    answer: (request, response) => {
      const version = request.headers['openstack-api-version'];
      asked.push(version);
      json(response, version === `compute ${newest}` ? 200 : 406, { services: [] });
    },
  });
  const cloud = createCloud({ access: access(nova) });
  closers.push(() => cloud.close());
  const list = () => cloud.perform({ call: 'list-services' }, 5_000, new AbortController().signal);
  assert.equal((await list()).ok, true);
  newest = '2.79';
  assert.equal((await list()).ok, true);
  assert.deepEqual(asked, ['compute 2.93', 'compute 2.93', 'compute 2.79']);
});

void test('a nova older than 2.53 is refused in words', async () => {
  const nova = await scripted({ maxMicroversion: () => '2.42', answer: () => {} });
  const failure = await failureOf(access(nova), EVACUATE);
  assert.deepEqual([failure.code, mayStillHappen(failure)], ['bad-request', false]);
  assert.match(failure.detail, /nova speaks 2\.1 to 2\.42; Vigil needs 2\.53 \(Pike\) or later/);
});

void test('an answer that is not what the API promises names the place', async () => {
  let body: unknown = 'words';
  const nova = await scripted({ answer: (_, response) => json(response, 200, body) });
  const place = async (): Promise<string> => {
    const failure = await failureOf(access(nova), { call: 'list-services' });
    assert.equal(failure.code, 'unintelligible');
    return failure.detail;
  };
  assert.match(await place(), /^the answer: /);
  body = { services: [{ id: 'a', host: 'h1', status: 'enabled', state: 'sideways' }] };
  assert.match(await place(), /^services\[0\]\.\w+: /);
  const whole = {
    id: 'a',
    host: 'h1',
    binary: 'nova-compute',
    zone: 'z',
    status: 'enabled',
    disabled_reason: null,
  };
  body = { services: [{ ...whole, forced_down: false, updated_at: null, state: 'sideways' }] };
  assert.match(await place(), /^services\[0\]\.state: /);
});

void test('a list without an end is incomplete, not short', async () => {
  const nova = await scripted({
    answer: (_, response) => {
      const links = [{ rel: 'next', href: 'http://nova/v2.1/os-migrations?marker=again' }];
      json(response, 200, { migrations: [row('v1')], migrations_links: links });
    },
  });
  const failure = await failureOf(access(nova), { call: 'list-migrations', vm: 'v1' });
  assert.equal(failure.code, 'incomplete');
  assert.equal(nova.seen.length, PAGES_MAX);
});

void test('records of another VM are not passed on', async () => {
  const nova = await scripted({ answer: (_, response) => json(response, 200, { migrations: [row('v2')] }) });
  const failure = await failureOf(access(nova), { call: 'list-migrations', vm: 'v1' });
  assert.equal(failure.code, 'incomplete');
});

void test('a wrong password is told, and the password is not', async () => {
  const nova = await scripted({ answer: () => {} });
  const user = { name: 'vigil', password: 'tell-nobody-else', project: 'service' };
  const { credential } = embeddedAccess(keystone, user);
  const failure = await failureOf(access(nova, { credential }), EVACUATE);
  assert.deepEqual([failure.code, failure.service], ['unauthorized', 'keystone']);
  assert.deepEqual(nova.seen, []);
});

void test('a region that the catalogue does not have is told with those it has', async () => {
  const failure = await failureOf(access(null, { region: 'Nowhere' }), EVACUATE);
  assert.deepEqual([failure.code, failure.service], ['not-found', 'keystone']);
  assert.match(failure.detail, /no compute endpoint for Nowhere\/public; it has RegionOne\/admin/);
});

function row(vm: string): unknown {
  return {
    id: 1,
    uuid: 'u',
    instance_uuid: vm,
    migration_type: 'evacuation',
    status: 'done',
    source_compute: 'h1',
    dest_compute: 'h2',
    created_at: '2024-01-01T00:00:00.000000',
    updated_at: null,
  };
}
