import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import { once } from 'node:events';
import { errno } from '../config/errno.ts';
import type { Answer } from '../core/effect.ts';
import type { RestartOrder } from '../core/recovery/orders.ts';
import { askProbe, sendOrder } from '../drivers/orders/orders.ts';
import { API_VERSION, PATHS } from '../drivers/orders/contract.ts';
import { createPeerClient, type PeerClient } from '../drivers/orders/peer-client.ts';
import { makeTestCluster, type TestCluster } from '../drivers/tls/testing.ts';
import { ANSWER_MS, type Handle } from './handler.ts';
import { createMetrics, type Metrics } from './metrics.ts';
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

const token = {
  token: 'gAAAA-secret',
  expiresAt: '2030-01-01T00:00:00Z',
  novaUrl: 'http://10.0.0.5/v2.1',
  microversion: '2.95',
};
const order: RestartOrder = {
  id: 'o1',
  term: 3,
  master: 'm',
  agent: '00000000000000aa',
  incident: 'i1',
  victim: 'x',
  vm: 'vm1',
  attempt: 1,
  deadRows: [],
  mustBeSilent: [],
  lastSeen: [],
  leaseSeen: [],
  validRenewals: 10,
};

interface Slave {
  readonly to: {
    readonly host: string;
    readonly address: { readonly ip: string; readonly udpPort: number; readonly apiPort: number };
  };
  readonly asked: string[];
  readonly refused: string[];
  readonly metrics: Metrics;
  untilRefused(): Promise<void>;
}

async function slave(t: TestContext, handle: Handle): Promise<Slave> {
  const [asked, refused]: [string[], string[]] = [[], []];
  let isRefused = (): void => undefined;
  const firstRefusal = new Promise<void>((resolve) => {
    isRefused = resolve;
  });
  const metrics = createMetrics();
  const opened = await openPeerServer({
    ip: '127.0.0.1',
    port: 0,
    identity: { cluster: 'blue', host: 's', agent: 'a'.repeat(16) },
    tls: blue.keys('s').tls,
    handle: async (request, peer, handed) => {
      asked.push(
        `${request.ask} by ${peer.kind === 'host' ? peer.host : 'local'}${handed === null ? '' : ` ${handed.token}`}`,
      );
      return handle(request, peer, handed);
    },
    counters: metrics.api,
    onRefused: ({ code }) => {
      refused.push(code);
      isRefused();
    },
    keep: () => assert.fail(),
    onLimit: () => assert.fail(),
  });
  assert.ok(opened.ok);
  t.after(async () => opened.server.close());
  return {
    to: { host: 's', address: { ip: '127.0.0.1', udpPort: 1, apiPort: opened.server.port } },
    asked,
    refused,
    metrics,
    untilRefused: async () => firstRefusal,
  };
}

function client(cluster: TestCluster, host: string, name = 'blue'): PeerClient {
  return createPeerClient({
    cluster: name,
    tls: cluster.keys(host).tls,
    localAddress: '127.0.0.1',
    onLimit: () => assert.fail(),
  });
}

const accepted: Answer = { to: 'restart', outcome: { outcome: 'accepted', migrationId: 7 } };
const accept: Handle = async () => accepted;

void test('an order of the master reaches the slave with its token, and the outcome comes back', async (t) => {
  const target = await slave(t, accept);
  const result = await sendOrder(client(blue, 'm'), target.to, order, token, 5_000);
  assert.deepEqual(result, { of: 'order', outcome: { outcome: 'accepted', migrationId: 7 } });
  assert.deepEqual(target.asked, ['restart by m gAAAA-secret']);
});

void test('only an eligible host gives orders, and only in its own name', async (t) => {
  const target = await slave(t, accept);
  const byOther = await sendOrder(client(blue, 'x'), target.to, { ...order, master: 'x' }, token, 5_000);
  const inOtherName = await sendOrder(client(blue, 'm'), target.to, { ...order, master: 'x' }, token, 5_000);
  for (const [result, words] of [
    [byOther, /not eligible/],
    [inOtherName, /in the name of x/],
  ] as const) {
    assert.ok(result.outcome === null && result.arrived === 'surely-not');
    assert.match(result.detail, words);
  }
  assert.deepEqual(target.refused, ['not-eligible', 'not-the-master']);
  assert.deepEqual(target.asked, []);
  assert.match(await target.metrics.text(), /vigil_api_refused_total\{reason="not-eligible"\} 1/);
});

void test('a confirmation of death counts only from an eligible host and carries its name', async (t) => {
  const seen: string[] = [];
  const target = await slave(t, async (request) => {
    if (request.ask === 'confirm-dead') seen.push(request.by);
    return { to: 'confirm-dead', ok: true, words: 'taken' };
  });
  const address = { host: 's', ip: '127.0.0.1', apiPort: target.to.address.apiPort };
  const call = {
    method: 'POST',
    path: PATHS.confirmDead,
    body: { version: API_VERSION, host: 'x', by: 'ann' },
  } as const;
  assert.deepEqual(await client(blue, 'm').call(address, call, 5_000), {
    kind: 'answer',
    status: 200,
    body: { ok: true, words: 'taken' },
  });
  const other = await client(blue, 'x').call(address, call, 5_000);
  assert.ok(other.kind === 'answer' && other.status === 403);
  assert.deepEqual(seen, ['ann (through m)']);
});

void test('a certificate of another CA gets no answer, and is counted and reported', async (t) => {
  const target = await slave(t, accept);
  // It knows our CA, so that only the server has something to refuse.
  const tls = { ...foreign.keys('m').tls, ca: blue.keys('m').tls.ca };
  const stranger = createPeerClient({
    cluster: 'blue',
    tls,
    localAddress: '127.0.0.1',
    onLimit: () => assert.fail(),
  });
  const result = await sendOrder(stranger, target.to, order, token, 5_000);
  assert.equal(result.outcome, null);
  assert.deepEqual(target.asked, []);
  await target.untilRefused();
  assert.deepEqual(target.refused, ['foreign-certificate']);
});

void test('no certificate at all is refused', async (t) => {
  const target = await slave(t, accept);
  const socket = tlsConnect({
    host: '127.0.0.1',
    port: target.to.address.apiPort,
    ca: blue.keys('m').tls.ca,
    servername: 's',
  });
  const [error]: unknown[] = await once(socket, 'error');
  assert.match(errno(error), /CERTIFICATE_REQUIRED/);
  await target.untilRefused();
  assert.deepEqual(target.refused, ['foreign-certificate']);
});

void test('a certificate of our CA for another cluster is refused, counted and reported', async (t) => {
  const target = await slave(t, accept);
  const { directory } = blue;
  // Signed by the same CA, as if one CA were used for two clusters.
  const { makeHostCertificate } = await import('../drivers/tls/certificates.ts');
  const { mkdirSync, readFileSync } = await import('node:fs');
  const folder = `${directory}/red`;
  mkdirSync(folder);
  assert.deepEqual(
    await makeHostCertificate(folder, `${directory}/authority`, 'red', {
      name: 'm',
      ip: '127.0.0.1',
      eligible: true,
    }),
    { ok: true },
  );
  const tls = {
    ca: blue.keys('m').tls.ca,
    cert: readFileSync(`${folder}/host.crt`, 'utf8'),
    key: readFileSync(`${folder}/host.key`, 'utf8'),
  };
  const red = createPeerClient({
    cluster: 'blue',
    tls,
    localAddress: '127.0.0.1',
    onLimit: () => assert.fail(),
  });
  const result = await sendOrder(red, target.to, order, token, 5_000);
  assert.equal(result.outcome, null);
  assert.deepEqual(target.asked, []);
  await target.untilRefused();
  assert.deepEqual(target.refused, ['other-cluster']);
});

void test('the client speaks only to the host it means', async (t) => {
  const target = await slave(t, accept);
  const result = await sendOrder(client(blue, 'm'), { ...target.to, host: 'x' }, { ...order }, token, 5_000);
  assert.ok(result.outcome === null && result.arrived === 'surely-not');
  assert.match(result.detail, /expected x of blue, found s of blue/);
  assert.deepEqual(target.asked, []);
});

void test('what is not understood or too large is refused without showing it', async (t) => {
  const target = await slave(t, accept);
  const address = { host: 's', ip: '127.0.0.1', apiPort: target.to.address.apiPort };
  const send = async (body: unknown): Promise<string> => {
    const answer = await client(blue, 'm').call(
      address,
      { method: 'POST', path: PATHS.restart, body },
      5_000,
    );
    return answer.kind === 'answer' ? `${answer.status} ${JSON.stringify(answer.body)}` : answer.kind;
  };
  assert.match(await send({ version: 2, order, token }), /^400 .*version/);
  assert.match(await send({ version: 1, order: { ...order, term: -1 }, token }), /^400 .*order\.term/);
  const bad = await send({ version: 1, order, token: { ...token, novaUrl: 'file:///etc' } });
  assert.match(bad, /^400 .*token\.novaUrl/);
  assert.doesNotMatch(bad, /secret/);
  assert.match(await send({ version: 1, fill: 'x'.repeat(100_000) }), /^413/);
  assert.deepEqual(target.asked, []);
  assert.deepEqual(target.refused, ['bad-body', 'bad-body', 'bad-body', 'too-large']);
});

void test('what became of an order is told exactly: never arrived, or perhaps', async (t) => {
  let begun = (): void => undefined;
  const isBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const silent = await slave(t, async () => {
    begun();
    return new Promise<Answer>(() => undefined);
  });
  const waiting = sendOrder(client(blue, 'm'), silent.to, order, token, 300);
  await isBegun;
  const perhaps = await waiting;
  assert.ok(perhaps.outcome === null && perhaps.arrived === 'no-answer', JSON.stringify(perhaps));

  const nobody = { host: 's', address: { ...silent.to.address, apiPort: 1 } };
  const never = await sendOrder(client(blue, 'm'), nobody, order, token, 5_000);
  assert.ok(never.outcome === null && never.arrived === 'surely-not');

  const faulty = await slave(t, async () => {
    throw new Error('broken');
  });
  const fault = await sendOrder(client(blue, 'm'), faulty.to, order, token, 5_000);
  assert.ok(fault.outcome === null && fault.arrived === 'no-answer');
  assert.ok(ANSWER_MS.restart > 120_000);
});

void test('a neighbour probes when asked; one that cannot be asked says nothing', async (t) => {
  const target = await slave(t, async () => ({ to: 'probe', answer: 'kernel' }));
  const probed = { host: 'x', ip: '10.0.0.3', apiPort: 7411 };
  assert.equal(await askProbe(client(blue, 'x'), target.to, probed, 5_000), 'kernel');
  assert.equal(
    await askProbe(
      client(blue, 'x'),
      { host: 's', address: { ...target.to.address, apiPort: 1 } },
      probed,
      5_000,
    ),
    null,
  );
  assert.equal(await askProbe(client(blue, 'x'), target.to, { isolation: 'http://x' }, 5_000), null);
  assert.deepEqual(target.asked, ['probe by x']);
});
