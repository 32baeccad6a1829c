/**
 * Whatever stands on a volume: its beat tells of it and the agent takes it for what somebody of this cluster wrote
 * there, or says with a code why not. A header is anybody's to write, and tells of nothing but that somebody writes.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { reportMemory } from '../../src/beat/reports.ts';
import { concat, isZero } from '../../src/core/lib/bytes.ts';
import { parseBeatMessage } from '../../src/core/wire/beat-message-checks.ts';
import { decodeBlock } from '../../src/core/wire/block.ts';
import { BLOCK_BYTES, MAX_PAYLOAD_BYTES } from '../../src/core/wire/layout.ts';
import type { DamageReason } from '../../src/core/wire/observations.ts';
import { openPayload, type PayloadKind, payloads } from '../../src/core/wire/payload.ts';
import { type BlockReader, blockReader, type MacFor } from '../../src/drivers/volume/block-reader.ts';
import { ownerOf } from '../volume/arbitraries.ts';
import {
  around,
  blocks,
  changedBlock,
  genuine,
  isHere,
  KINDS,
  type Kind,
  macInput,
  payloadKey,
  payloadOf,
  resummed,
  type SampleBlock,
  VOLUME,
} from './block-samples.ts';
import { changed, changes } from './change-bytes.ts';
import { changedText, inAscii, jsonChanges } from './change-json.ts';
import { ringOf, strangersKeys } from './keys.ts';
import { type MemoryVolume, memoryVolume } from './memory-volume.ts';
import { expectPlain } from './plain.ts';
import { fuzz } from './runs.ts';

const MAC_BYTES = 32;
const NAME_OFFSET = 21;
const PLACES = 3;
const CODES: ReadonlySet<DamageReason['code']> = new Set([
  'bad-magic',
  'newer-format',
  'header-checksum',
  'torn',
  'bad-mac',
  'misplaced',
  'bad-field',
]);
const LIMITS = { textLength: 200, listItems: 96 };

type Seen = ReturnType<BlockReader['slots' | 'seats' | 'cells']>[number];

/** All the way that a block goes: read by a beat, told on its socket, judged by the agent. */
function observer(volume: MemoryVolume, kind: Kind, count: number, macFor: MacFor) {
  const memory = reportMemory();
  let macs = 0;
  const counted: MacFor = (host, use) => {
    const key = macFor(host, use);
    if (key === null) return null;
    return (data) => {
      macs += 1;
      assert.ok(data.length <= BLOCK_BYTES, `a MAC over ${data.length} bytes`);
      return key(data);
    };
  };
  const reader = blockReader(VOLUME, counted, () => undefined);
  return (): { readonly seen: readonly Seen[]; readonly macs: number } => {
    macs = 0;
    const read = memory.read(volume.file, kind, { first: 0, count });
    assert.ok(read.ok, 'not read');
    const nothing = { begunMs: 0, endedMs: 0, seats: null, slots: null, cells: null };
    const message = { kind: 'read-done', id: 1, ...nothing, [`${kind}s`]: read.reports };
    const told = parseBeatMessage(JSON.stringify(message));
    assert.ok(told.ok && told.value.kind === 'read-done', JSON.stringify(told));
    const seen: readonly Seen[] = reader[`${kind}s`](told.value[`${kind}s`] ?? []);
    return { seen, macs };
  };
}

function look(kind: Kind, bytes: Uint8Array, macFor: MacFor = ringOf, at = 0): Seen | undefined {
  const volume = memoryVolume(PLACES);
  volume.put(at, bytes);
  const { seen, macs } = observer(volume, kind, PLACES, macFor)();
  assert.ok(macs <= 1, `${macs} MACs`);
  return seen[0];
}

function expectGenuineOrRefused(kind: Kind, bytes: Uint8Array, seen: Seen | undefined): void {
  const payload = payloadOf(bytes, kind);
  // Free, or claimed and nothing said yet.
  if (seen === undefined) return assert.ok(isZero(bytes) || payload?.length === 0, 'left out');
  if (seen.state === 'damaged') return assert.ok(CODES.has(seen.reason.code), 'no such code');
  const sample = genuine.get(payloadKey(kind, payload ?? new Uint8Array(0)));
  assert.ok(sample !== undefined, `taken: ${JSON.stringify(seen)}`);
  const { host, body, bodyBoot, authentic } = seen;
  const { writer } = sample;
  assert.deepEqual(
    { host, body, bodyBoot, authentic },
    { host: writer, body: sample.body, bodyBoot: sample.bodyBoot, authentic: true },
  );
  assert.equal(seen.header.owner, ownerOf(writer));
  assert.equal(seen.index, sample.index);
}

const one = fc.constantFrom(...blocks);
const kind = fc.constantFrom(...KINDS);
const bytesOfBlocks = new Set(blocks.map(({ bytes }) => Buffer.from(bytes).toString('hex')));

void test('each sample is read as itself where it belongs, and nowhere else', () => {
  for (const sample of blocks) {
    for (const kind of KINDS) {
      for (let at = 0; at < PLACES; at += 1) {
        const seen = look(kind, sample.bytes, ringOf, at);
        expectGenuineOrRefused(kind, sample.bytes, seen);
        const isRight = kind === sample.kind && isHere(sample);
        assert.equal(seen?.state === 'read', isRight && at === sample.index);
        if (isRight && at !== sample.index)
          assert.deepEqual(seen?.state === 'damaged' && seen.reason, {
            code: 'misplaced',
            writtenFor: sample.index,
          });
      }
    }
  }
  for (const kind of KINDS) {
    const [here, elsewhere] = [true, false].map(
      (wanted) => blocks.filter((each) => each.kind === kind && isHere(each) === wanted).length,
    );
    assert.ok(Number(here) >= 10 && Number(elsewhere) >= 10, 'too few samples');
  }
});

void test('arbitrary bytes are no block', () => {
  const head = fc.constantFrom('', 'VGL1', 'VGL1\x01\x00\x02', 'VGL1\x01\x00\x03', 'VGH1');
  fuzz(
    0.5,
    fc.property(head, fc.uint8Array({ maxLength: BLOCK_BYTES - 8 }), kind, (head, noise, kind) => {
      const block = new Uint8Array(BLOCK_BYTES);
      block.set(Buffer.concat([Buffer.from(head), noise]));
      for (const bytes of [block, resummed(block)]) {
        const seen = look(kind, bytes);
        expectGenuineOrRefused(kind, bytes, seen);
        assert.notEqual(seen?.state, 'read');
      }
    }),
  );
});

void test('a block that is changed, torn or pieced together from two is damaged', () => {
  fuzz(
    1.2,
    fc.property(one, one, changes, kind, (sample, other, list, kind) => {
      const bytes = changedBlock(sample, list, other);
      const seen = look(kind, bytes);
      expectGenuineOrRefused(kind, bytes, seen);
      const isWhole = bytesOfBlocks.has(Buffer.from(bytes).toString('hex'));
      if (isWhole || isZero(bytes)) return;
      assert.equal(seen?.state, 'damaged');
      assert.equal(decodeBlock(bytes, kind).state, 'damaged');
    }),
  );
});

void test('nor do right checksums make it one that is believed', () => {
  fuzz(
    1.2,
    fc.property(one, one, changes, kind, (sample, other, list, kind) => {
      const bytes = resummed(changedBlock(sample, list, other));
      expectGenuineOrRefused(kind, bytes, look(kind, bytes));
    }),
  );
});

void test("a payload of another place, host, volume or cluster, or signed with another's key, is not believed", () => {
  const forger = fc.constantFrom(...strangersKeys);
  fuzz(
    0.5,
    fc.property(one, one, changes, forger, kind, (sample, other, list, key, kind) => {
      // Whole, under the header of another.
      const moved = around(sample.payload, { ...other.header, kind });
      expectGenuineOrRefused(kind, moved, look(kind, moved));
      const said = sample.payload.subarray(0, -MAC_BYTES);
      const swapped = around(concat(said, other.payload.subarray(-MAC_BYTES)), { ...sample.header, kind });
      expectGenuineOrRefused(kind, swapped, look(kind, swapped));
      const forged = changed(said, list, other.payload);
      const mac = key(macInput(kind, VOLUME, forged));
      const signed = around(concat(forged, mac), { ...sample.header, kind });
      // The key of x is the right one for what x says in its slot, and nowhere else.
      if (key === strangersKeys[0] && kind === 'slot' && look(kind, signed)?.host === 'x') return;
      expectGenuineOrRefused(kind, signed, look(kind, signed));
    }),
  );
});

function openSaid({ kind, index, writer, payload }: SampleBlock, json: string, macFor: MacFor) {
  const key = ringOf(writer, payloads[kind].key);
  const signed = concat(payload.subarray(0, NAME_OFFSET + writer.length), inAscii(json));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what it makes of it is looked at as unknown
  const format = payloads[kind] as PayloadKind<unknown>;
  return openPayload(
    format,
    { volumeUuid: VOLUME, index },
    concat(signed, key(macInput(kind, VOLUME, signed))),
    macFor,
  );
}

/** Who holds a key can lie in what it says, and no more. */
void test('what is said with the right key, or without one at hand, is within its limits or refused', () => {
  fuzz(
    1.5,
    fc.property(one, jsonChanges, (sample, list) => {
      const { writer } = sample;
      const json = changedText(sample.body, list);
      if (json.length > MAX_PAYLOAD_BYTES) return;
      const withKey = openSaid(sample, json, ringOf);
      const without = openSaid(sample, json, () => null);
      assert.deepEqual(without, withKey.ok ? { ...withKey, authentic: false } : withKey);
      if (!withKey.ok) return assert.equal(withKey.reason.code, 'bad-field');
      assert.equal(withKey.writer, writer);
      expectPlain(withKey.body, LIMITS);
      const again = openSaid(sample, JSON.stringify(withKey.body), ringOf);
      assert.deepEqual(again, withKey);
    }),
  );
});

void test('without a key at hand nothing is ever called authentic', () => {
  fuzz(
    0.4,
    fc.property(one, one, fc.option(changes), (sample, other, list) => {
      const bytes = list === null ? sample.bytes : resummed(changedBlock(sample, list, other));
      const seen = look(sample.kind, bytes, () => null);
      assert.ok(seen?.state !== 'read' || !seen.authentic, 'authentic');
    }),
  );
});

/** A beat tells a payload once: what the agent made of it must never stand for what came there later. */
void test('over many beats each block is what stands there now', () => {
  const count = 3;
  const write = fc.record({
    at: fc.nat(count - 1),
    which: fc.nat(),
    list: fc.option(changes),
    sum: fc.boolean(),
    free: fc.integer({ min: 0, max: 9 }),
  });
  // Of a few, so that something is often written over what is much like it.
  const few = fc.array(one, { minLength: 1, maxLength: 3 });
  const beats = fc.array(fc.array(write, { maxLength: 3 }), { maxLength: 12 });
  fuzz(
    0.2,
    fc.property(few, beats, (few, beats) => {
      const { kind } = few[0] ?? assert.fail('none');
      const volume = memoryVolume(count);
      const observe = observer(volume, kind, count, ringOf);
      for (const writes of beats) {
        for (const { at, which, list, sum, free } of writes) {
          const sample = few[which % few.length] ?? assert.fail('none');
          const other = few[(which + 1) % few.length] ?? sample;
          const bytes = list === null ? sample.bytes : changedBlock(sample, list, other);
          volume.put(at, free === 0 ? new Uint8Array(BLOCK_BYTES) : sum ? resummed(bytes) : bytes);
        }
        const before = volume.blocksRead();
        const { seen, macs } = observe();
        assert.equal(volume.blocksRead() - before, count);
        assert.ok(macs <= writes.length, `${macs} MACs for ${writes.length} writes`);
        for (let at = 0; at < count; at += 1) {
          expectGenuineOrRefused(
            kind,
            volume.at(at),
            seen.find(({ index }) => index === at),
          );
        }
      }
    }),
  );
});
