import assert from 'node:assert/strict';
import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { test, type TestContext } from 'node:test';
import { clusterHash } from '../../config/settings.ts';
import type { Report } from '../../core/reports/report.ts';
import { encodeDatagram, type Datagram } from '../../core/wire/datagram.ts';
import { hostKey, mac } from '../tls/derive.ts';
import { MAX_OPEN_REFUSALS, reportRefusals } from './refusals.ts';
import { openUdp, type Udp } from './udp.ts';

const cluster = createSecretKey(randomBytes(32));

interface Host {
  readonly udp: Udp;
  readonly got: string[];
  readonly counted: string[];
  readonly refused: string[];
  until(condition: () => boolean): Promise<void>;
}

async function host(
  t: TestContext,
  name: string,
  eligible: boolean,
  clusterName = 'blue',
  key: KeyObject = cluster,
): Promise<Host> {
  const [got, counted, refused]: [string[], string[], string[]] = [[], [], []];
  let wake = (): void => undefined;
  const note = (list: string[], what: string): void => {
    list.push(what);
    wake();
  };
  const opened = await openUdp({
    ip: '127.0.0.1',
    port: 0,
    cluster: clusterName,
    clusterHash: clusterHash(clusterName),
    host: name,
    keys: { hostSecret: hostKey(key, clusterName, name), clusterSecret: eligible ? key : null },
    onDatagram: (datagram, from) =>
      note(got, `${datagram.kind} ${datagram.host} ${datagram.counter} ${from}`),
    onRefused: ({ code, from }) => note(refused, `${code} ${from}`),
    counters: {
      received: () => undefined,
      sent: () => note(counted, 'sent'),
      dropped: (reason) => note(counted, `dropped ${reason}`),
      sendFailed: (reason) => note(counted, `failed ${reason}`),
      socketError: () => note(counted, 'error'),
      keyCacheFull: () => note(counted, 'full'),
    },
  });
  assert.ok(opened.ok);
  t.after(async () => opened.udp.close());
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { udp: opened.udp, got, counted, refused, until };
}

const at = (receiver: Host) => ({ ip: '127.0.0.1', udpPort: receiver.udp.port, apiPort: 1 });
const header = (from: string, counter: number, name = 'blue') => ({
  cluster: clusterHash(name),
  host: from,
  boot: 'b'.repeat(32),
  agent: 'a'.repeat(16),
  counter,
  term: 1,
  nonce: '0'.repeat(16),
  echoedCounter: 0,
  leaving: false,
});
const address = { ip: '127.0.0.1', udpPort: 7410, apiPort: 7411 };

function heartbeat(from: string, counter: number, name = 'blue'): Datagram {
  const view = { master: null, neighbours: [], isolation: [], volumes: [] };
  const timing = { beatMs: 1000, networkLostMs: 4000, volumeLostMs: 8000 };
  const body = { view, address, eligible: false, role: 'compute' as const, leaving: null, timing };
  return { kind: 'heartbeat', ...header(from, counter, name), body };
}

const echo = (from: string, counter: number): Datagram => ({
  kind: 'echo',
  ...header(from, counter),
  body: { address },
});

void test('a slave and its master hear each other', { timeout: 10_000 }, async (t) => {
  const master = await host(t, 'm', true);
  const slave = await host(t, 's', false);
  slave.udp.send(heartbeat('s', 7), at(master), null);
  await master.until(() => master.got.length > 0);
  assert.deepEqual(master.got, ['heartbeat s 7 127.0.0.1']);
  master.udp.send(echo('m', 8), at(slave), 's');
  await slave.until(() => slave.got.length > 0);
  assert.deepEqual(slave.got, ['echo m 8 127.0.0.1']);
  assert.deepEqual([...master.refused, ...slave.refused], []);
});

void test('a wrong key, another cluster, and a key that a host does not have, are refused and counted', {
  timeout: 10_000,
}, async (t) => {
  const master = await host(t, 'm', true);
  const slave = await host(t, 's', false);
  const stranger = await host(t, 's', true, 'blue', createSecretKey(randomBytes(32)));
  const red = await host(t, 'r', true, 'red');
  stranger.udp.send(heartbeat('s', 1), at(master), null);
  red.udp.send(heartbeat('r', 1, 'red'), at(master), null);
  stranger.udp.send(echo('m', 1), at(slave), 's');
  // A slave has no other slave's key, so that it cannot judge, and nobody not eligible can speak as master.
  master.udp.send(heartbeat('m', 1), at(slave), null);
  await master.until(() => master.refused.length === 2);
  await slave.until(() => slave.refused.length === 2);
  assert.deepEqual(master.refused.sort(), ['bad-mac 127.0.0.1', 'other-cluster 127.0.0.1']);
  assert.deepEqual(slave.refused.sort(), ['bad-mac 127.0.0.1', 'no-key 127.0.0.1']);
  assert.ok(master.counted.includes('dropped bad-mac') && slave.counted.includes('dropped no-key'));
  assert.deepEqual([...master.got, ...slave.got], []);
});

void test('what is malformed, oversize or of a newer version is dropped by its reason', {
  timeout: 10_000,
}, async (t) => {
  const master = await host(t, 'm', true);
  const sender = createSocket('udp4');
  t.after(() => sender.close());
  const encoded = encodeDatagram(heartbeat('s', 1), mac(hostKey(cluster, 'blue', 's')));
  assert.ok(encoded.ok);
  const newer = Uint8Array.from(encoded.bytes);
  newer[4] = 9;
  const changed = Uint8Array.from(encoded.bytes);
  changed[40] = (changed[40] ?? 0) ^ 1;
  for (const bytes of [new Uint8Array(3), new Uint8Array(9000), new Uint8Array(200), newer, changed]) {
    sender.send(bytes, master.udp.port, '127.0.0.1');
  }
  await master.until(() => master.refused.length === 5);
  const codes = master.refused.map((line) => line.split(' ')[0] ?? '');
  assert.deepEqual(codes.sort(), ['bad-mac', 'bad-magic', 'newer-version', 'too-long', 'too-short']);
});

void test('what cannot be sent is counted and nothing else happens', { timeout: 10_000 }, async (t) => {
  const slave = await host(t, 's', false);
  slave.udp.send(echo('s', 1), at(slave), 'other');
  slave.udp.send(echo('s', 1), at(slave), null);
  slave.udp.send(heartbeat('s', 1), { ...at(slave), ip: 'localhost' }, null);
  slave.udp.send(heartbeat('S!', 1), at(slave), null);
  assert.deepEqual(slave.counted, ['failed no-key', 'failed no-key', 'failed no-address', 'failed no-key']);
});

void test('a port in use is a failure in words', async (t) => {
  const first = await host(t, 'm', true);
  const second = await openUdp({
    ip: '127.0.0.1',
    port: first.udp.port,
    cluster: 'blue',
    clusterHash: clusterHash('blue'),
    host: 'x',
    keys: { hostSecret: cluster, clusterSecret: null },
    onDatagram: () => undefined,
    onRefused: () => undefined,
    counters: {
      received: () => undefined,
      sent: () => undefined,
      dropped: () => undefined,
      sendFailed: () => undefined,
      socketError: () => undefined,
      keyCacheFull: () => undefined,
    },
  });
  const words = second.ok ? '' : second.words;
  assert.match(words, new RegExp(`127\\.0\\.0\\.1 port ${first.udp.port} \\(network\\.udp_port\\)`));
  assert.match(words, /EADDRINUSE.*an agent runs here already.*stop it, or choose another port/);
});

void test('many refusals are one report with its end, and never more than the limit', async () => {
  let now = 0;
  let overflows = 0;
  const reports: Report[] = [];
  let ended = (): void => undefined;
  const end = new Promise<void>((resolve) => {
    ended = resolve;
  });
  const reporter = reportRefusals({
    onReport: (report) => {
      reports.push(report);
      if (report.state === 'end') ended();
    },
    onOverflow: () => {
      overflows += 1;
    },
    quietMs: 20,
    nowMs: () => now,
  });
  for (let index = 0; index < 1000; index += 1)
    reporter.note({ door: 'udp', code: 'bad-mac', from: '10.0.0.9', words: 'w' });
  assert.deepEqual(
    reports.map(({ cause, state }) => `${cause} ${state}`),
    ['refused/udp/bad-mac/10.0.0.9 begin'],
  );
  for (let index = 0; index < 100; index += 1)
    reporter.note({ door: 'api', code: 'x', from: `10.0.1.${index}`, words: 'w' });
  assert.equal(reports.length, MAX_OPEN_REFUSALS + 1);
  assert.equal(overflows, 100 - (MAX_OPEN_REFUSALS - 1));
  now = 1000;
  // The sweep's timer is not to keep a process alive; this one waits for it.
  const alive = setInterval(() => undefined, 1000);
  await end;
  clearInterval(alive);
  reporter.close();
  assert.match(reports.find(({ state }) => state === 'end')?.title ?? '', /1000 in all/);
});
