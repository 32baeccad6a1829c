import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { API_VERSION, PATHS } from '../drivers/orders/contract.ts';
import { createPeerClient } from '../drivers/orders/peer-client.ts';
import { makeTestCluster, type TestCluster } from '../drivers/tls/testing.ts';
import { createMetrics } from './metrics.ts';
import { openPeerServer } from './peer-server.ts';

let blue: TestCluster;
before(async () => {
  blue = await makeTestCluster('blue', ['m', 's', 'x'], ['m']);
});
after(() => blue.remove());

const report = {
  cause: 'incident/x',
  state: 'begin',
  severity: 'critical',
  host: 'x',
  title: 'x failed',
  rule: null,
  evidence: { vms: [] },
  advice: null,
};

void test('a report is kept for an eligible host, and for nobody else', async (t) => {
  const [kept, refused]: [string[], string[]] = [[], []];
  const opened = await openPeerServer({
    ip: '127.0.0.1',
    port: 0,
    identity: { cluster: 'blue', host: 's', agent: 'a'.repeat(16) },
    tls: blue.keys('s').tls,
    handle: () => Promise.reject(new Error('nothing is asked')),
    counters: createMetrics().api,
    keep: ({ cause, state }, from) => kept.push(`${cause} ${state} of ${from}`),
    onRefused: ({ code }) => refused.push(code),
    onLimit: () => assert.fail(),
  });
  assert.ok(opened.ok);
  t.after(async () => opened.server.close());
  const tell = async (from: string, what: Readonly<Record<string, unknown>>) => {
    const client = createPeerClient({
      cluster: 'blue',
      tls: blue.keys(from).tls,
      localAddress: '127.0.0.1',
      onLimit: () => assert.fail(),
    });
    const body = { version: API_VERSION, report: { ...report, ...what } };
    const to = { host: 's', ip: '127.0.0.1', apiPort: opened.server.port };
    const answer = await client.call(to, { method: 'POST', path: PATHS.reports, body }, 5_000);
    return answer.kind === 'answer' ? answer.status : answer.kind;
  };
  assert.equal(await tell('m', {}), 200);
  assert.equal(await tell('x', {}), 403);
  assert.equal(await tell('m', { state: 'perhaps' }), 400);
  assert.deepEqual(kept, ['incident/x begin of m']);
  assert.deepEqual(refused, ['not-eligible', 'bad-body']);
});
