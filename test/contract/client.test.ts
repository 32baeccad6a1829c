/** The driver on a well-behaved cloud: tokens, pages, rights, capacity. */
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { addFlavor, addHost, addProject, addServer, addUser } from '../../src/cloud/model/seed.ts';
import { type EmbeddedCloud, startEmbeddedCloud } from '../../src/cloud/server.ts';
import { addMigration } from '../../src/cloud/model/evacuation.ts';
import type { FlavorRecord } from '../../src/cloud/model/state.ts';
import type { CloudAccess } from '../../src/drivers/clouds-yaml/cloud-access.ts';
import type { RequestRecord } from '../../src/drivers/http/http-client.ts';
import { describeRight } from '../../src/drivers/nova/check-rights.ts';
import { type Cloud, createCloud } from '../../src/drivers/nova/cloud-driver.ts';
import { accessOfNewUser, embeddedAccess } from './embedded-target.ts';
import { waitFor } from './wait.ts';

const SIGNAL = new AbortController().signal;
const closers: (() => Promise<void>)[] = [];
let embedded: EmbeddedCloud;
let projectId = '';
let flavor: FlavorRecord;

async function start(tokenLifetimeMs = 3_600_000): Promise<void> {
  const cloud = await startEmbeddedCloud({ tokenLifetimeMs });
  closers.push(() => cloud.close());
  embedded = cloud;
  projectId = addProject(embedded.state, 'service').id;
  addUser(embedded.state, { name: 'vigil', password: 'p', projectId, admin: true });
  flavor = addFlavor(embedded.state, { name: 'f', vcpus: 2, memoryMib: 1_024, diskGib: 5 });
  for (const name of ['h1', 'h2', 'h3']) addHost(embedded.state, { name });
}
beforeEach(() => start());
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function connect(
  access: CloudAccess = embeddedAccess(embedded, { name: 'vigil', password: 'p', project: 'service' }),
): {
  readonly cloud: Cloud;
  readonly requests: RequestRecord[];
  readonly authentications: () => number;
} {
  const requests: RequestRecord[] = [];
  const cloud = createCloud({ access, onRequest: (record) => requests.push(record) });
  closers.push(() => cloud.close());
  const authentications = (): number =>
    requests.filter((record) => record.url.endsWith('/auth/tokens')).length;
  return { cloud, requests, authentications };
}

const services = (cloud: Cloud) => cloud.perform({ call: 'list-services' }, 5_000, SIGNAL);

void test('one token serves all who wait for it', async () => {
  const { cloud, authentications } = connect();
  const answers = await Promise.all(Array.from({ length: 20 }, () => services(cloud)));
  assert.ok(answers.every((answer) => answer.ok));
  assert.equal(authentications(), 1);
});

void test('a token is renewed before it expires', async () => {
  await start(900);
  const { cloud, requests, authentications } = connect();
  await waitFor('it is renewed twice', 5_000, async () => {
    assert.equal((await services(cloud)).ok, true);
    return authentications() >= 3;
  });
  assert.deepEqual(
    requests.filter((record) => record.status === 401),
    [],
  );
});

void test('a token that keystone forgot is renewed, and nobody notices', async () => {
  const { cloud, authentications } = connect();
  assert.equal((await services(cloud)).ok, true);
  embedded.state.tokens.clear();
  const answers = await Promise.all([services(cloud), services(cloud), services(cloud)]);
  assert.ok(answers.every((answer) => answer.ok));
  assert.equal(authentications(), 2);
});

void test('an application credential will do', async () => {
  const applicationCredentials = [{ id: 'abc', secret: 's' }];
  const access = accessOfNewUser(embedded, { name: 'second', admin: true, applicationCredentials });
  const bare = { id: 'abc', name: null, user: null, userDomain: null, secret: 's' };
  const { cloud } = connect({ ...access, credential: { kind: 'application-credential', ...bare } });
  assert.equal((await services(cloud)).ok, true);
});

void test('a host with 2300 servers is listed whole, in three pages', async () => {
  for (let index = 0; index < 2_300; index += 1) {
    addServer(embedded.state, { name: `s${index}`, host: 'h1', projectId, flavor, vmState: 'stopped' });
  }
  const { cloud, requests } = connect();
  const answer = await cloud.perform({ call: 'list-servers', host: 'h1' }, 10_000, SIGNAL);
  assert.ok(answer.ok && answer.call === 'list-servers');
  assert.equal(new Set(answer.value.map((server) => server.vm)).size, 2_300);
  assert.equal(requests.filter((record) => record.url.includes('/servers/detail')).length, 3);
});

void test('capacity counts ratios, reserves and use; a full host is read by itself', async () => {
  const total = { vcpus: 1, memoryMib: 2_048, diskGib: 20 };
  addHost(embedded.state, { name: 'h4', total });
  addServer(embedded.state, { name: 'a', host: 'h4', projectId, flavor });
  addServer(embedded.state, { name: 'b', host: 'h4', projectId, flavor });
  const { cloud, requests } = connect();
  const answer = await cloud.perform({ call: 'list-capacity' }, 5_000, SIGNAL);
  assert.ok(answer.ok && answer.call === 'list-capacity');
  const of = (host: string) => answer.value.find((capacity) => capacity.host === host);
  assert.deepEqual(of('h4'), { host: 'h4', freeVcpus: 0, freeMemoryMib: 0, freeDiskGib: 10 });
  assert.deepEqual(of('h1'), { host: 'h1', freeVcpus: 64, freeMemoryMib: 65_024, freeDiskGib: 1_000 });
  const single = requests.filter((record) => /resource_providers\/.+\/(inventories|usages)/.test(record.url));
  assert.equal(single.length, 2);
});

const RULES = [
  'os_compute_api:os-services:list',
  'os_compute_api:os-services:update',
  'os_compute_api:servers:detail:get_all_tenants',
  'os_compute_api:os-extended-server-attributes',
  'os_compute_api:servers:allow_all_filters',
  'os_compute_api:os-evacuate',
  'os_compute_api:os-server-diagnostics',
  'os_compute_api:os-migrations:index',
  'os_compute_api:os-migrations:index:host',
  'os_compute_api:os-server-groups:index:all_projects',
  'placement:resource_providers:list',
  'placement:allocation_candidates:list',
];

for (const rule of RULES) {
  void test(`the right ${rule} is missed by name, and only it`, async () => {
    const server = addServer(embedded.state, { name: 'a', host: 'h1', projectId, flavor });
    const row = {
      instanceUuid: server.uuid,
      type: 'evacuation',
      status: 'done',
      source: 'h3',
      dest: 'h1',
    } as const;
    addMigration(embedded.state, row);
    const { cloud } = connect(
      accessOfNewUser(embedded, { name: 'limited', admin: true, deniedRules: [rule] }),
    );
    const report = await cloud.checkRights(10_000, SIGNAL);
    assert.deepEqual(
      report.missing.map((right) => right.rule),
      [rule],
    );
    assert.match(
      describeRight(report.missing[0] ?? { right: '', rule: '' }),
      /^the credential may not .+ \(policy rule /,
    );
  });
}

void test('a user without any right misses nearly all; nothing is changed by trying', async () => {
  addServer(embedded.state, { name: 'a', host: 'h1', projectId, flavor });
  const { cloud } = connect(accessOfNewUser(embedded, { name: 'nobody' }));
  const report = await cloud.checkRights(10_000, SIGNAL);
  assert.ok(report.missing.length >= 6, JSON.stringify(report));
  assert.deepEqual(
    [...embedded.state.services.values()].map((service) => service.forcedDown),
    [false, false, false],
  );
  assert.equal(embedded.state.migrations.length, 0);
});

void test('rights that could not be tried are told with the reason, not called missing', async () => {
  const access = embeddedAccess(embedded, { name: 'vigil', password: 'p', project: 'service' });
  const { cloud } = connect({
    ...access,
    endpointOverride: { compute: 'http://127.0.0.1:1', placement: null },
  });
  const report = await cloud.checkRights(5_000, SIGNAL);
  assert.deepEqual(report.missing, []);
  assert.match(report.untried[0]?.why ?? '', /^nova: unreachable: ECONNREFUSED/);
});
