import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  UUID,
  incidentRecord,
  hex,
  host,
  mutated,
  record,
  seatBody,
  slotBody,
  testMac,
} from '../../../test/volume/arbitraries.ts';
import { fitRecord } from './fit.ts';
import { type PayloadKind, encodePayload, openPayload, payloads } from './payload.ts';
import { MAX_PAYLOAD_BYTES } from './layout.ts';
import {
  type IncidentRecord,
  MAX_BOOTS_UNDER_WAY,
  MAX_HOSTS_ORDERED,
  MAX_ROWS_UNDER_WAY,
} from './records.ts';

const mac = testMac('key');
const boot = 'ab'.repeat(16);
const HERE = { volumeUuid: UUID, index: 258 };
const seat = {
  host: 'h1',
  address: { ip: '192.0.2.1', udpPort: 7400, apiPort: 7401 },
  agent: '0123456789abcdef',
  term: 7,
  phase: 'holding',
  heritage: { term: 7, sequence: 1, open: [{ cause: 'host/h3/isolated \u00e9', severity: 'warning' }] },
} as const;

function bytesOf<Body>(kind: PayloadKind<Body>, writer: string, body: Body): Uint8Array | null {
  const encoded = encodePayload(kind, { ...HERE, boot, writer }, body, mac);
  return encoded.ok ? encoded.bytes : null;
}

void test('the bytes of a payload are what docs/protocol.md says', () => {
  const bytes = Buffer.from(bytesOf(payloads.seat, 'h1', seat) ?? []);
  const json =
    '{"host":"h1","address":{"ip":"192.0.2.1","udpPort":7400,"apiPort":7401},"agent":"0123456789abcdef","term":7,' +
    '"phase":"holding","heritage":{"term":7,"sequence":1,"open":[{"cause":"host/h3/isolated \\u00e9","severity":"warning"}]}}';
  assert.equal(bytes.subarray(0, 16).toString('hex'), boot);
  assert.equal(bytes.subarray(16, 20).toString('hex'), '02010000');
  assert.equal(bytes[20], 2);
  assert.equal(bytes.subarray(21, 23).toString(), 'h1');
  assert.equal(bytes.subarray(23, -32).toString(), json);
  const signed = Buffer.concat([Buffer.from(`vigil seat v1\0${UUID}`), bytes.subarray(0, -32)]);
  assert.deepEqual(bytes.subarray(-32), Buffer.from(mac(signed)));
});

tryKind(
  'slot',
  payloads.slot,
  slotBody.map((body) => ({ writer: body.host, body })),
);
tryKind(
  'seat',
  payloads.seat,
  seatBody.map((body) => ({ writer: body.host, body })),
);
tryKind('cell', payloads.cell, record({ writer: host, body: incidentRecord }));

void test('a record of an incident fits its cell, however much it has to tell', () => {
  const host = 'h'.repeat(63);
  const boot = 'b'.repeat(32);
  const most = Number.MAX_SAFE_INTEGER;
  const rows = MAX_ROWS_UNDER_WAY / MAX_BOOTS_UNDER_WAY;
  const body: IncidentRecord = {
    id: `${host}-${most}-${most}`,
    victim: host,
    victimBoot: boot,
    term: most,
    sequence: most,
    phase: 'evacuating',
    hold: 'evacuations-settling',
    proof: 'operator',
    confirmedBy: 'ü'.repeat(128),
    migrationIdAtDeclaration: 4_294_967_295,
    forcedDownBy: 'somebody-else',
    underWay: Array.from({ length: MAX_BOOTS_UNDER_WAY }, () => ({
      boot,
      rows: Array.from({ length: rows }, () => 99_999_999),
    })),
    ordered: Array.from({ length: MAX_HOSTS_ORDERED }, () => ({ host, agent: 'a'.repeat(16) })),
  };
  assert.equal(
    encodePayload(payloads.cell, { ...HERE, boot, writer: host }, fitRecord(host, body), mac).ok,
    true,
  );
});

function tryKind<Body>(
  name: string,
  kind: PayloadKind<Body>,
  bodies: fc.Arbitrary<{ writer: string; body: Body }>,
): void {
  void test(`${name} payloads survive encoding and decoding, or do not fit`, () => {
    fc.assert(
      fc.property(bodies, hex(32), ({ writer, body }, boot) => {
        const encoded = encodePayload(kind, { ...HERE, boot, writer }, body, mac);
        if (!encoded.ok) return assert.match(encoded.expected, /at most/);
        assert.ok(encoded.bytes.length <= MAX_PAYLOAD_BYTES);
        assert.deepEqual(
          openPayload(kind, HERE, encoded.bytes, () => mac),
          {
            ok: true,
            writer,
            boot,
            body,
            authentic: true,
          },
        );
      }),
    );
  });

  void test(`a changed byte anywhere in a ${name} payload breaks its MAC`, () => {
    const valid = bodies
      .map(({ writer, body }) => bytesOf(kind, writer, body))
      .filter((bytes): bytes is Uint8Array => bytes !== null);
    fc.assert(
      fc.property(valid.chain(mutated), (bytes) => {
        assert.equal(openPayload(kind, HERE, bytes, () => mac).ok, false);
        // Without a key it may pass, but never throws and never passes for checked.
        const unchecked = openPayload(kind, HERE, bytes, () => null);
        assert.ok(!unchecked.ok || !unchecked.authentic);
      }),
    );
  });
}

void test('arbitrary bytes are never taken for a payload', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      assert.equal(openPayload(payloads.slot, HERE, bytes, () => mac).ok, false);
      assert.equal(openPayload(payloads.slot, HERE, bytes, () => null).ok, false);
    }),
  );
});

void test('a MAC holds for one volume, one kind, one writer and one key', () => {
  const bytes = bytesOf(payloads.seat, 'h1', seat) ?? new Uint8Array();
  const otherUuid = UUID.replace('0', '1');
  const bad = { ok: false, reason: { code: 'bad-mac' }, claimed: 'h1' };
  assert.equal(openPayload(payloads.seat, HERE, bytes, () => mac).ok, true);
  assert.deepEqual(
    openPayload(payloads.seat, { ...HERE, volumeUuid: otherUuid }, bytes, () => mac),
    bad,
  );
  assert.deepEqual(
    openPayload(payloads.slot, HERE, bytes, () => mac),
    bad,
  );
  assert.deepEqual(
    openPayload(payloads.seat, HERE, bytes, () => testMac('other')),
    bad,
  );
});

void test('what was written for one place is refused at any other, with a key and without', () => {
  const bytes = bytesOf(payloads.seat, 'h1', seat) ?? new Uint8Array();
  for (const index of [0, 257, 259])
    for (const key of [mac, null])
      assert.deepEqual(
        openPayload(payloads.seat, { ...HERE, index }, bytes, () => key),
        { ok: false, reason: { code: 'misplaced', writtenFor: 258 }, claimed: 'h1' },
      );
  const moved = Uint8Array.from(bytes);
  moved[16] = 3;
  assert.deepEqual(
    openPayload(payloads.seat, { ...HERE, index: 259 }, moved, () => mac),
    { ok: false, reason: { code: 'bad-mac' }, claimed: 'h1' },
  );
  assert.deepEqual(encodePayload(payloads.seat, { ...HERE, index: 32_768, boot, writer: 'h1' }, seat, mac), {
    ok: false,
    path: 'index',
    expected: 'a whole number below 32768',
  });
});

void test('seats and cells are signed with the key of those that may be master', () => {
  const use = (kind: 'slot' | 'seat' | 'cell'): string => payloads[kind].key;
  assert.deepEqual([use('slot'), use('seat'), use('cell')], ['host', 'lease', 'lease']);
  const bytes = bytesOf(payloads.seat, 'h1', seat) ?? new Uint8Array();
  const opened = openPayload(payloads.seat, HERE, bytes, (writer, use) =>
    writer === 'h1' && use === 'lease' ? mac : testMac('the key of h1'),
  );
  assert.ok(opened.ok && opened.authentic);
});

void test('somebody else’s record under the own name is refused on both sides', () => {
  assert.deepEqual(encodePayload(payloads.seat, { ...HERE, boot, writer: 'h2' }, seat, mac), {
    ok: false,
    path: 'body.host',
    expected: 'h2',
  });
  const forged = bytesOf({ ...payloads.seat, belongs: () => null }, 'h2', seat) ?? new Uint8Array();
  assert.deepEqual(
    openPayload(payloads.seat, HERE, forged, () => mac),
    {
      ok: false,
      reason: { code: 'bad-field', path: 'body.host', expected: 'h2' },
    },
  );
});

void test('limits are named with their place', () => {
  const address = { ip: 'localhost', udpPort: 7400, apiPort: 7401 };
  assert.deepEqual(encodePayload(payloads.seat, { ...HERE, boot, writer: 'h1' }, { ...seat, address }, mac), {
    ok: false,
    path: 'body.address.ip',
    expected: 'an IPv4 or IPv6 address',
  });
  const open = Array.from({ length: 24 }, () => ({
    cause: 'c'.repeat(200),
    severity: 'info' as const,
  }));
  const tooBig = encodePayload(
    payloads.seat,
    { ...HERE, boot, writer: 'h1' },
    { ...seat, heritage: { term: 7, sequence: 24, open } },
    mac,
  );
  assert.ok(!tooBig.ok);
  assert.match(tooBig.expected, /^at most 4000 bytes encoded, not \d+$/);
});
