/** Whatever comes over the socket for the commands of this host: an answer, and nothing done that was not asked for. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import * as fc from 'fast-check';
import { agentSocket } from '../../src/api/agent-socket.ts';
import type { Handle } from '../../src/api/handler.ts';
import { openLocalServer } from '../../src/api/local-server.ts';
import { LOCAL_PATHS } from '../../src/api/local-routes.ts';
import { createMetrics } from '../../src/api/metrics.ts';
import type { Request } from '../../src/core/input.ts';
import { createTail, MAX_TAIL_ENTRIES } from '../../src/drivers/journal/tail.ts';
import { ANSWERS, jsonOf } from './api-answers.ts';
import { requestsLike, type Sample, send } from './http-requests.ts';
import { post } from './order-samples.ts';
import { expectPlain } from './plain.ts';
import { fuzzAsync, isWhole } from './runs.ts';

const declared = { by: 'ann', why: 'new disks', recover: true };
const get = (path: string): Sample => ({ method: 'GET', path, body: null });
const samples: readonly Sample[] = [
  post(LOCAL_PATHS.confirmDead, { host: 'x', by: 'ann' }),
  post(LOCAL_PATHS.confirmDead, { host: 'x', by: 'ann' }),
  post(LOCAL_PATHS.maintenance, { declared }),
  post(LOCAL_PATHS.maintenance, { declared: null }),
  ...[LOCAL_PATHS.alive, LOCAL_PATHS.status, LOCAL_PATHS.gate, LOCAL_PATHS.metrics].map(get),
  ...[
    'after=0',
    'after=-1&limit=0',
    'limit=1e3',
    'limit=x&after=9007199254740993',
    'wait_ms=-5',
    'after=1&wait_ms=1.5',
  ].map((query) => get(`${LOCAL_PATHS.events}?${query}`)),
];

async function local(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-fuzz-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const asked: Request[] = [];
  const tail = createTail();
  for (let seq = 1; seq <= 20; seq += 1) tail.push({ seq, at: '2026-01-01T00:00:00Z', event: 'e', data: {} });
  const metrics = createMetrics();
  const handle: Handle = async (request, peer, token) => {
    assert.deepEqual([peer, token], [{ kind: 'local' }, null]);
    if (request.ask !== 'status') asked.push(request);
    return ANSWERS[request.ask];
  };
  const opened = await openLocalServer({
    runtimeDirectory: folder,
    identity: { cluster: 'blue', host: 's', agent: 'b'.repeat(16) },
    handle,
    client: { call: () => assert.fail('another host was asked') },
    tail,
    metrics,
    counters: metrics.api,
  });
  assert.ok(opened.ok, 'not opened');
  t.after(async () => opened.server.close());
  return { socketPath: agentSocket(folder), take: () => asked.splice(0) };
}

/** But for the space around what a person typed. */
function expectSaid(text: string, key: string, done: unknown): void {
  const body: unknown = JSON.parse(text, (_key, value: unknown): unknown =>
    typeof value === 'string' ? value.trim() : value,
  );
  assert.deepEqual(Reflect.get(Object(body), key), done);
}

void test('requests of commands, changed in any part', async (t) => {
  const { socketPath, take } = await local(t);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const statuses = new Set<number>();
  await fuzzAsync(
    0.6,
    fc.asyncProperty(requestsLike(samples), async (asking) => {
      const answer = await send((options) => request({ socketPath, agent, ...options }), asking);
      const asked = take();
      assert.ok(asked.length <= 1, 'one request, one deed');
      for (const request of asked) {
        expectPlain(request, { textLength: 200, listItems: 0 });
        if (request.ask === 'gate') assert.match(asking.method, /^(GET|HEAD)$/);
        else assert.equal(asking.method, 'POST');
        const text = Buffer.from(asking.body ?? '').toString();
        if (request.ask === 'maintenance') expectSaid(text, 'declared', request.declared);
        if (request.ask === 'confirm-dead') expectSaid(text, 'host', request.host);
      }
      if (answer === null) return assert.deepEqual(asked, []);
      statuses.add(answer.status);
      assert.ok([200, 400, 404, 413].includes(answer.status), `${answer.status} ${answer.text}`);
      if (answer.status !== 200) assert.deepEqual(asked, []);
      if (asking.method === 'HEAD' || answer.text.startsWith('# HELP')) return;
      const body = jsonOf(answer);
      if (answer.status !== 200) assert.equal(typeof body['words'], 'string');
      const { events } = body;
      if (events === undefined) return;
      const limit = Number(/limit=(\d+)$/.exec(asking.path)?.[1] ?? MAX_TAIL_ENTRIES);
      assert.ok(Array.isArray(events) && events.length <= limit, `${asking.path}: ${answer.text}`);
    }),
  );
  for (const status of isWhole ? [200, 400, 404, 413] : [])
    assert.ok(statuses.has(status), `never ${status}`);
});
