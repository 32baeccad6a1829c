import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { header, mutated } from '../../../test/volume/arbitraries.ts';
import { crc32c } from '../lib/crc32c.ts';
import { type Block, decodeBlock, encodeBlock } from './block.ts';
import { BLOCK_BYTES, HEADER_BYTES, MAX_PAYLOAD_BYTES } from './layout.ts';

function bytesOf(block: Block): Uint8Array {
  const encoded = encodeBlock(block);
  assert.ok(encoded.ok, JSON.stringify(encoded));
  return encoded.bytes;
}

const sample: Block = {
  header: {
    kind: 'slot',
    owner: '0011223344556677',
    boot: '000102030405060708090a0b0c0d0e0f',
    incarnation: 1_700_000_000_000,
    counter: 258,
    agentSilentMs: 1_500,
    given: true,
  },
  leaving: true,
  payload: Uint8Array.of(1, 2, 3),
};

void test('crc32c has the check value of its standard', () => {
  assert.equal(crc32c(new TextEncoder().encode('123456789')), 0xe306_9283);
});

void test('the bytes of a block are what docs/protocol.md says', () => {
  const bytes = bytesOf(sample);
  assert.equal(bytes.length, BLOCK_BYTES);
  assert.equal(
    Buffer.from(bytes.subarray(0, HEADER_BYTES + 4)).toString('hex'),
    [
      '56474c31', // VGL1
      '0100', // format
      '03', // slot
      '03', // leaving, and given by the agent
      '0011223344556677',
      '000102030405060708090a0b0c0d0e0f',
      '0068e5cf8b010000', // incarnation
      '0201000000000000', // counter
      'dc050000', // agent silent
      '0300', // payload length
      '0100', // payload format
      '1ef230f1', // crc32c of 01 02 03
      'dd67d467', // crc32c of the above
      '01020300',
    ].join(''),
  );
});

void test('blocks survive encoding and decoding', () => {
  fc.assert(
    fc.property(
      header,
      fc.boolean(),
      fc.uint8Array({ maxLength: MAX_PAYLOAD_BYTES }),
      (header, leaving, payload) => {
        const decoded = decodeBlock(bytesOf({ header, leaving, payload }), header.kind);
        assert.equal(decoded.state, 'read');
        assert.ok(decoded.state === 'read');
        assert.deepEqual(decoded.header, header);
        assert.equal(decoded.leaving, leaving);
        assert.deepEqual(Buffer.from(decoded.payload), Buffer.from(payload));
      },
    ),
  );
});

void test('a payload outlives the memory it was decoded from', () => {
  const memory = Buffer.from(bytesOf(sample));
  const decoded = decodeBlock(memory, 'slot');
  memory.fill(0);
  assert.ok(decoded.state === 'read');
  assert.deepEqual([...decoded.payload], [1, 2, 3]);
});

void test('a changed byte anywhere in a block is noticed', () => {
  fc.assert(
    fc.property(
      header.chain((header) => mutated(bytesOf({ header, leaving: false, payload: sample.payload }))),
      (bytes) => {
        for (const kind of ['seat', 'slot', 'cell'] as const) {
          assert.equal(decodeBlock(bytes, kind).state, 'damaged');
        }
      },
    ),
    { numRuns: 500 },
  );
});

void test('arbitrary bytes are never taken for a block', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      const bytes = new Uint8Array(BLOCK_BYTES);
      bytes.set(noise);
      assert.notEqual(decodeBlock(bytes, 'slot').state, 'read');
      assert.equal(decodeBlock(noise, 'slot').state, 'damaged');
    }),
  );
});

void test('a block that is torn, or of a newer format, tells by its header whose it is and whether it moves', () => {
  const headerOf = (at: number, value: number) => {
    const bytes = bytesOf(sample);
    bytes[at] = value;
    new DataView(bytes.buffer).setUint32(60, crc32c(bytes.subarray(0, 60)), true);
    const decoded = decodeBlock(bytes, 'slot');
    return decoded.state === 'damaged' ? decoded.header : assert.fail(decoded.state);
  };
  assert.deepEqual(headerOf(4, 9), sample.header);
  assert.deepEqual(headerOf(54, 7), sample.header);
  assert.deepEqual(headerOf(HEADER_BYTES, 9), sample.header);
  assert.equal(headerOf(6, 9), undefined, 'what it is is not known');
});

void test('each kind of damage has its own reason', () => {
  const reasonOf = (change: (bytes: Uint8Array) => void, resign = false) => {
    const bytes = bytesOf(sample);
    change(bytes);
    if (resign) new DataView(bytes.buffer).setUint32(60, crc32c(bytes.subarray(0, 60)), true);
    const decoded = decodeBlock(bytes, 'slot');
    return decoded.state === 'damaged' ? decoded.reason : decoded.state;
  };
  assert.equal(decodeBlock(new Uint8Array(BLOCK_BYTES), 'slot').state, 'free');
  assert.deepEqual(
    reasonOf((bytes) => bytes.set([0], 0)),
    { code: 'bad-magic' },
  );
  assert.deepEqual(
    reasonOf((bytes) => bytes.set([9], 4)),
    { code: 'header-checksum' },
  );
  assert.deepEqual(
    reasonOf((bytes) => bytes.set([9], 4), true),
    { code: 'newer-format', format: 9 },
  );
  assert.deepEqual(
    reasonOf((bytes) => bytes.set([7], 54), true),
    { code: 'newer-format', format: 7 },
  );
  assert.deepEqual(
    reasonOf((bytes) => bytes.set([9], HEADER_BYTES)),
    { code: 'torn' },
  );
  assert.deepEqual(
    reasonOf((bytes) => bytes.set([9], BLOCK_BYTES - 1)),
    { code: 'torn' },
  );
  assert.deepEqual(
    reasonOf((bytes) => bytes.set([2], 6), true),
    { code: 'bad-field', path: 'header.kind', expected: 'slot' },
  );
  assert.deepEqual(
    reasonOf((bytes) => bytes.set([0xff], 47), true),
    { code: 'bad-field', path: 'header.counter', expected: 'below 2^53' },
  );
});

void test('a torn block gives out its header, and no other damaged one does', () => {
  const headerOf = (at: number) => {
    const bytes = bytesOf(sample);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    const decoded = decodeBlock(bytes, 'slot');
    return decoded.state === 'damaged' ? (decoded.header ?? null) : assert.fail(decoded.state);
  };
  for (const at of [HEADER_BYTES, HEADER_BYTES + sample.payload.length, BLOCK_BYTES - 1])
    assert.deepEqual(headerOf(at), sample.header);
  for (let at = 0; at < HEADER_BYTES; at += 1) assert.equal(headerOf(at), null, `byte ${at}`);
});

void test('what does not fit is refused as a value', () => {
  const refused = (change: Partial<Block>) => encodeBlock({ ...sample, ...change });
  assert.deepEqual(refused({ payload: new Uint8Array(MAX_PAYLOAD_BYTES + 1) }), {
    ok: false,
    path: 'payload',
    expected: 'at most 4032 bytes, not 4033',
  });
  for (const wrong of [
    { owner: 'x' },
    { boot: 'ABC' },
    { incarnation: -1 },
    { counter: 1.5 },
    { agentSilentMs: 2 ** 32 },
    { counter: Number.NaN },
  ]) {
    const answer = refused({ header: { ...sample.header, ...wrong } });
    assert.equal(answer.ok, false, JSON.stringify(wrong));
    assert.ok(!answer.ok && answer.path === `header.${Object.keys(wrong)[0]}`);
  }
});
