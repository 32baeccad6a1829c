import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  address,
  count,
  hex,
  host,
  leaving,
  mutated,
  record,
  testMac,
  timing,
  view,
} from '../../../test/volume/arbitraries.ts';
import { type Datagram, MAX_DATAGRAM_BYTES, encodeDatagram, openDatagram, peekDatagram } from './datagram.ts';

const mac = testMac('key');
const echo: Datagram = {
  kind: 'echo',
  cluster: '1122334455667788',
  host: 'm1',
  boot: '000102030405060708090a0b0c0d0e0f',
  agent: '0123456789abcdef',
  counter: 5,
  term: 3,
  nonce: 'ffeeddccbbaa9988',
  echoedCounter: 4,
  leaving: false,
  body: { address: { ip: '192.0.2.1', udpPort: 7400, apiPort: 7401 }, verdict: 'online' },
};

const headerFields = {
  cluster: hex(16),
  host,
  boot: hex(32),
  agent: hex(16),
  counter: count,
  term: count,
  nonce: hex(16),
  echoedCounter: count,
  leaving: fc.boolean(),
};
const masterBody = fc.oneof(
  record({ address }),
  record({ address, verdict: fc.constantFrom('online', 'suspect') }),
);
const datagram: fc.Arbitrary<Datagram> = fc.oneof(
  record({
    ...headerFields,
    kind: fc.constant('heartbeat' as const),
    body: record({
      view,
      address,
      eligible: fc.boolean(),
      role: fc.constantFrom('compute', 'control'),
      leaving: fc.option(leaving),
      timing,
    }),
  }),
  record({ ...headerFields, kind: fc.constant('echo' as const), body: masterBody }),
  record({ ...headerFields, kind: fc.constant('announce' as const), body: masterBody }),
);

function bytesOf(datagram: Datagram): Uint8Array | null {
  const encoded = encodeDatagram(datagram, mac);
  return encoded.ok ? encoded.bytes : null;
}

void test('the bytes of a datagram are what docs/protocol.md says', () => {
  const bytes = Buffer.from(bytesOf(echo) ?? []);
  const json = '{"address":{"ip":"192.0.2.1","udpPort":7400,"apiPort":7401},"verdict":"online"}';
  assert.equal(
    bytes.subarray(0, -32).toString('hex'),
    [
      '56474831', // VGH1
      '0100', // version
      '02', // echo
      '00', // flags
      '1122334455667788',
      '000102030405060708090a0b0c0d0e0f',
      '0123456789abcdef',
      '0500000000000000',
      '0300000000000000',
      'ffeeddccbbaa9988',
      '0400000000000000',
      '02',
      Buffer.from('m1').toString('hex'),
      '4f00',
      Buffer.from(json).toString('hex'),
    ].join(''),
  );
  assert.deepEqual(bytes.subarray(-32), Buffer.from(mac(bytes.subarray(0, -32))));
});

void test('datagrams survive encoding and decoding, or do not fit', () => {
  fc.assert(
    fc.property(datagram, (datagram) => {
      const encoded = encodeDatagram(datagram, mac);
      if (!encoded.ok) return assert.match(encoded.expected, /at most 1400/);
      assert.ok(encoded.bytes.length <= MAX_DATAGRAM_BYTES);
      const peeked = peekDatagram(encoded.bytes);
      assert.ok(peeked.ok);
      assert.deepEqual(
        { kind: peeked.kind, cluster: peeked.cluster, host: peeked.host },
        { kind: datagram.kind, cluster: datagram.cluster, host: datagram.host },
      );
      assert.deepEqual(openDatagram(encoded.bytes, mac), { ok: true, datagram });
    }),
  );
});

void test('a changed or missing byte is never accepted', () => {
  const valid = datagram.map(bytesOf).filter((bytes): bytes is Uint8Array => bytes !== null);
  fc.assert(
    fc.property(valid.chain(mutated), (bytes) => assert.equal(openDatagram(bytes, mac).ok, false)),
    { numRuns: 300 },
  );
  fc.assert(
    fc.property(valid, fc.nat(), (bytes, cut) => {
      assert.equal(openDatagram(bytes.subarray(0, cut % bytes.length), mac).ok, false);
    }),
  );
});

void test('arbitrary bytes are never accepted, even when signed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1_500 }), (noise) => {
      assert.equal(openDatagram(noise, mac).ok, false);
      const signed = Buffer.concat([Buffer.from('VGH1\x01\x00\x01'), noise]);
      assert.equal(openDatagram(Buffer.concat([signed, mac(signed)]), mac).ok, false);
    }),
  );
});

void test('each fault has its own code', () => {
  const codeOf = (change: (bytes: Uint8Array) => Uint8Array | void, resign = true) => {
    const signed = (bytesOf(echo) ?? new Uint8Array()).slice(0, -32);
    const changed = change(signed) ?? signed;
    const opened = openDatagram(Buffer.concat([changed, resign ? mac(changed) : new Uint8Array(32)]), mac);
    return opened.ok ? 'ok' : opened.fault;
  };
  assert.equal(
    codeOf(() => {}),
    'ok',
  );
  assert.equal(
    codeOf(() => {}, false),
    'bad-mac',
  );
  assert.equal(
    codeOf((bytes) => bytes.subarray(0, 40)),
    'too-short',
  );
  assert.equal(
    codeOf((bytes) => Buffer.concat([bytes, new Uint8Array(1_400)])),
    'too-long',
  );
  assert.equal(
    codeOf((bytes) => bytes.set([0])),
    'bad-magic',
  );
  assert.equal(
    codeOf((bytes) => bytes.set([2], 4)),
    'newer-version',
  );
  assert.equal(
    codeOf((bytes) => bytes.set([9], 6)),
    'bad-kind',
  );
  assert.equal(
    codeOf((bytes) => bytes.set([0x20], 73)),
    'bad-name',
  );
  assert.equal(
    codeOf((bytes) => bytes.set([200], 72)),
    'bad-name',
  );
  assert.equal(
    codeOf((bytes) => bytes.set([1], 76)),
    'bad-length',
  );
  assert.equal(
    codeOf((bytes) => bytes.set([0xff], 47)),
    'bad-field',
  );
  assert.equal(
    codeOf((bytes) => bytes.set([0x20], 77)),
    'bad-field',
  );
});

void test('what does not fit is refused as a value', () => {
  const refused = encodeDatagram({ ...echo, nonce: 'x' }, mac);
  assert.deepEqual(refused, { ok: false, path: 'nonce', expected: '16 lower-case hex digits' });
  assert.equal(encodeDatagram({ ...echo, counter: -1 }, mac).ok, false);
  assert.equal(encodeDatagram({ ...echo, host: 'H 1' }, mac).ok, false);
});
