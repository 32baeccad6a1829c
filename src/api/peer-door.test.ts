/** Who is refused before any byte of HTTP: told with the address it came from, or nobody's fault. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, test, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { PATHS } from '../drivers/orders/contract.ts';
import { createPeerClient, type PeerAnswer } from '../drivers/orders/peer-client.ts';
import { createProber, type Prober } from '../drivers/probe/probe.ts';
import type { HostKeys } from '../drivers/tls/load-keys.ts';
import { makeTestCluster, type TestCluster } from '../drivers/tls/testing.ts';
import { createMetrics } from './metrics.ts';
import { openPeerServer } from './peer-server.ts';

let blue: TestCluster;
let foreign: TestCluster;
before(async () => {
  blue = await makeTestCluster('blue', ['m', 's', 'x'], ['m']);
  foreign = await makeTestCluster('blue', ['m', 's'], ['m', 's']);
});
after(() => {
  blue.remove();
  foreign.remove();
});

interface Door {
  readonly apiPort: number;
  readonly refused: string[];
  /** Of connections and requests refused for this reason, told or not. */
  readonly counted: (reason: string) => Promise<number>;
}

async function door(t: TestContext): Promise<Door> {
  const refused: string[] = [];
  const metrics = createMetrics();
  const opened = await openPeerServer({
    ip: '127.0.0.1',
    port: 0,
    identity: { cluster: 'blue', host: 's', agent: 'a'.repeat(16) },
    tls: blue.keys('s').tls,
    handle: async () => ({ to: 'probe', answer: 'kernel' }),
    counters: metrics.api,
    onRefused: ({ code, from }) => refused.push(`${code} ${from}`),
    keep: () => assert.fail(),
    onLimit: () => assert.fail(),
  });
  assert.ok(opened.ok);
  t.after(async () => opened.server.close());
  return {
    apiPort: opened.server.port,
    refused,
    async counted(reason) {
      const line = new RegExp(`vigil_api_refused_total\\{reason="${reason}"\\} (\\d+)`);
      return Number(line.exec(await metrics.text())?.[1] ?? 0);
    },
  };
}

const own = { cluster: 'blue', localAddress: '127.0.0.1', onLimit: () => assert.fail() };

async function call(tls: HostKeys['tls'], host: string, apiPort: number): Promise<PeerAnswer> {
  const ask = { method: 'GET', path: PATHS.alive, body: null } as const;
  return createPeerClient({ ...own, tls }).call({ host, ip: '127.0.0.1', apiPort }, ask, 5_000);
}

function proberOf(tls: HostKeys['tls']): Prober {
  return createProber({ ...own, tls, pingProgram: null, kernelAnswersProveLife: true });
}

void test('an agent of another cluster, which refuses our certificate before it shows its own, is reported', {
  timeout: 20_000,
}, async (t) => {
  const { apiPort, refused, counted } = await door(t);
  await call(foreign.keys('m').tls, 's', apiPort);
  while (refused.length < 1) await turn();
  assert.equal(
    await proberOf(foreign.keys('m').tls).probe({ host: 's', ip: '127.0.0.1', apiPort }, 5_000),
    'kernel',
  );
  while (refused.length < 2) await turn();
  // And one that takes this host for another.
  await call(blue.keys('m').tls, 'x', apiPort);
  while (refused.length < 3) await turn();
  assert.deepEqual([...new Set(refused)], ['handshake-broken 127.0.0.1']);
  assert.equal(await counted('handshake-broken'), 3);
});

void test('a certificate of another CA is reported with the address it came from', {
  timeout: 20_000,
}, async (t) => {
  const { apiPort, refused } = await door(t);
  // It knows our CA, so that only the server has something to refuse.
  await call({ ...foreign.keys('m').tls, ca: blue.keys('m').tls.ca }, 's', apiPort);
  while (refused.length < 1) await turn();
  assert.deepEqual(refused, ['foreign-certificate 127.0.0.1']);
});

void test('a scan of the port is counted only, and a probe by a host of this cluster is no refusal at all', {
  timeout: 20_000,
}, async (t) => {
  const { apiPort, refused, counted } = await door(t);
  const scan = connect({ host: '127.0.0.1', port: apiPort });
  await once(scan, 'connect');
  scan.destroy();
  while ((await counted('handshake-broken')) < 1) await turn();
  const prober = proberOf(blue.keys('x').tls);
  for (let i = 0; i < 10; i += 1)
    assert.equal(await prober.probe({ host: 's', ip: '127.0.0.1', apiPort }, 5_000), 'agent');
  // Connections come to their end in the order in which they were made.
  const answer = await call(blue.keys('m').tls, 's', apiPort);
  assert.equal(answer.kind, 'answer');
  assert.deepEqual(refused, []);
  assert.equal(await counted('handshake-broken'), 1);
});
