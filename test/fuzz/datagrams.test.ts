/** Whatever arrives on the port of datagrams: it is one that was sent by whom it names, or it is refused with a code. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { clusterHash } from '../../src/config/settings.ts';
import {
  type Datagram,
  encodeDatagram,
  MAX_DATAGRAM_BYTES,
  openDatagram,
  peekDatagram,
} from '../../src/core/wire/datagram.ts';
import { hostKey } from '../../src/drivers/tls/derive.ts';
import { chooseKeys, type KeyChoice } from '../../src/drivers/udp/key-choice.ts';
import { type DropReason, openUdp } from '../../src/drivers/udp/udp.ts';
import { changed, changes } from './change-bytes.ts';
import { changedText, inAscii, jsonChanges } from './change-json.ts';
import { datagrams, genuineFor, isMeantFor, RECEIVERS, type Receiver } from './datagram-samples.ts';
import { CLUSTER, clusterSecret, keyOf, strangersKeys } from './keys.ts';
import { expectPlain } from './plain.ts';
import { fuzz } from './runs.ts';

const MAC_BYTES = 32;
const CODES: ReadonlySet<string> = new Set<DropReason>([
  'too-short',
  'too-long',
  'bad-magic',
  'newer-version',
  'bad-kind',
  'bad-name',
  'bad-length',
  'bad-mac',
  'bad-field',
  'other-cluster',
  'no-key',
]);

const secretsOf = (host: Receiver) => ({
  cluster: CLUSTER,
  host,
  hostSecret: hostKey(clusterSecret, CLUSTER, host),
  clusterSecret: host === 'm' ? clusterSecret : null,
});
const keysOf = (host: Receiver): KeyChoice =>
  chooseKeys({ ...secretsOf(host), onCacheFull: () => assert.fail() });
const keys = { m: keysOf('m'), s: keysOf('s') };
const genuine = { m: genuineFor('m'), s: genuineFor('s') };

type Read = { readonly datagram: Datagram } | { readonly code: string };

/** As the driver does; it must look at no key more often than once. */
function read(bytes: Uint8Array, receiver: Receiver): Read {
  const peeked = peekDatagram(bytes);
  if (!peeked.ok) return { code: peeked.fault };
  if (peeked.cluster !== clusterHash(CLUSTER)) return { code: 'other-cluster' };
  const key = keys[receiver].choose(peeked.kind, peeked.host, receiver);
  if (key === null) return { code: 'no-key' };
  let macs = 0;
  const opened = openDatagram(bytes, (data) => {
    macs += 1;
    assert.ok(data.length <= MAX_DATAGRAM_BYTES, `a MAC over ${data.length} bytes`);
    return key(data);
  });
  assert.ok(macs <= 1, `${macs} MACs`);
  return opened.ok ? { datagram: opened.datagram } : { code: opened.fault };
}

function expectGenuineOrRefused(bytes: Uint8Array, receiver: Receiver): void {
  const result = read(bytes, receiver);
  const sent = genuine[receiver].get(Buffer.from(bytes).toString('hex'));
  if (sent !== undefined) assert.deepEqual(result, { datagram: sent });
  else assert.ok('code' in result && CODES.has(result.code), `taken: ${JSON.stringify(result)}`);
}

const receiver = fc.constantFrom(...RECEIVERS);
const one = fc.constantFrom(...datagrams);

void test('each sample is taken by those it is meant for, and by nobody else', () => {
  for (const host of RECEIVERS) {
    for (const sample of datagrams) {
      const result = read(sample.bytes, host);
      assert.equal('datagram' in result, isMeantFor(sample, host));
      expectGenuineOrRefused(sample.bytes, host);
    }
    assert.ok(genuine[host].size > 10, 'too few samples');
  }
});

void test('arbitrary bytes are refused with a code', () => {
  const head = fc.constantFrom('', 'VGH1', 'VGH1\x01\x00\x01', 'VGH1\x01\x00\x02', 'VGL1');
  fuzz(
    2,
    fc.property(head, fc.uint8Array({ maxLength: 1_500 }), receiver, (head, bytes, host) =>
      expectGenuineOrRefused(Buffer.concat([Buffer.from(head), bytes]), host),
    ),
  );
});

void test('nothing that was changed or pieced together from two is taken', () => {
  fuzz(
    6,
    fc.property(one, one, changes, receiver, (sample, other, list, host) =>
      expectGenuineOrRefused(changed(sample.bytes, list, other.bytes), host),
    ),
  );
});

void test('the MAC of one does not make the body of another, nor does any key but the right one', () => {
  const forger = fc.constantFrom(...strangersKeys);
  fuzz(
    2,
    fc.property(one, one, changes, forger, receiver, (sample, other, list, key, host) => {
      const body = sample.bytes.subarray(0, -MAC_BYTES);
      expectGenuineOrRefused(Buffer.concat([body, other.bytes.subarray(-MAC_BYTES)]), host);
      const forged = changed(body, list, other.bytes.subarray(0, -MAC_BYTES));
      const again = Buffer.concat([forged, key(forged)]);
      // The key of another host is the right one for what names that host.
      const peeked = peekDatagram(again);
      if (host === 'm' && peeked.ok && peeked.kind === 'heartbeat' && peeked.host === 'x') return;
      expectGenuineOrRefused(again, host);
    }),
  );
});

/** Who holds a key can lie in what it says, and no more: each field is within its limits. */
void test('even with the right key it is a datagram that could have been sent, or is refused', () => {
  fuzz(
    2,
    fc.property(one, jsonChanges, fc.option(changes), (sample, bodyChanges, list) => {
      const json = changedText(sample.datagram.body, bodyChanges);
      const head = sample.bytes.subarray(0, 73 + sample.datagram.host.length);
      const text = inAscii(json);
      const length = Buffer.alloc(2);
      length.writeUInt16LE(text.length & 0xffff);
      const whole = Buffer.concat([head, length, text]);
      const body = list === null ? whole : changed(whole, list, sample.bytes);
      const key = keyOf(sample.slave);
      const opened = openDatagram(Buffer.concat([body, key(body)]), key);
      if (!opened.ok) return assert.ok(CODES.has(opened.fault), opened.fault);
      expectPlain(opened.datagram, { textLength: 64, listItems: 8 });
      const again = encodeDatagram(opened.datagram, key);
      assert.ok(again.ok, 'taken, and could not have been sent');
      assert.deepEqual(openDatagram(again.bytes, key), opened);
    }),
  );
});

/** Kept small: what a burst on a socket brings does not have to fit into a busy machine's buffer. */
const BURST = 100;

void test('on the socket each datagram is either told or refused, and counted', async (t) => {
  let received = 0;
  let dropped = 0;
  const told: Datagram[] = [];
  const words: string[] = [];
  let wake = (): void => {};
  const secrets = secretsOf('m');
  const opened = await openUdp({
    ...secrets,
    ip: '127.0.0.1',
    port: 0,
    clusterHash: clusterHash(CLUSTER),
    keys: secrets,
    onDatagram: (datagram) => void told.push(datagram),
    onRefused(refusal) {
      assert.ok(CODES.has(refusal.code), refusal.code);
      words.push(refusal.words);
    },
    counters: {
      received() {
        received += 1;
        setImmediate(() => wake());
      },
      dropped() {
        dropped += 1;
      },
      sent: () => assert.fail(),
      sendFailed: () => assert.fail(),
      socketError: () => assert.fail(),
      keyCacheFull: () => assert.fail(),
    },
  });
  assert.ok(opened.ok, 'no socket');
  t.after(() => opened.udp.close());
  const socket = createSocket('udp4');
  socket.connect(opened.udp.port, '127.0.0.1');
  await once(socket, 'connect');
  t.after(() => socket.close());

  const sent: Uint8Array[] = [];
  fuzz(
    BURST / 100,
    fc.property(one, one, fc.option(changes), (sample, other, list) => {
      sent.push(list === null ? sample.bytes : changed(sample.bytes, list, other.bytes));
    }),
  );
  for (let from = 0; from < sent.length; from += BURST) {
    for (const bytes of sent.slice(from, from + BURST)) socket.send(bytes);
    while (received < Math.min(from + BURST, sent.length)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }
  const expected = sent.flatMap((bytes) => genuine.m.get(Buffer.from(bytes).toString('hex')) ?? []);
  assert.deepEqual(told, expected);
  assert.equal(dropped, sent.length - told.length);
  assert.equal(words.length, dropped);
  // A report is made of them.
  assert.deepEqual(
    words.filter((each) => each.length > 300),
    [],
  );
});
