/** What a beat does with a volume on which anything may stand: it opens it or says why not, and writes in its own place alone. */
import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { openVolume } from '../../src/beat/open-volume.ts';
import { ownSlot } from '../../src/beat/own-slot.ts';
import { takePlace } from '../../src/beat/places.ts';
import { directMemory } from '../../src/beat/volume-file.ts';
import { type BlockDecoded, decodeBlock, encodeBlock } from '../../src/core/wire/block.ts';
import { BLOCK_BYTES, slotBlocks, totalBlocks } from '../../src/core/wire/layout.ts';
import { decodeSuperblock, encodeSuperblock } from '../../src/core/wire/superblock.ts';
import { ownerOf } from '../volume/arbitraries.ts';
import { around, blocks, changedBlock, resummed, SUPERBLOCK, VOLUME } from './block-samples.ts';
import { changed, type Change, changes } from './change-bytes.ts';
import { changedText, inAscii, jsonChanges } from './change-json.ts';
import { CLUSTER } from './keys.ts';
import { memoryVolume } from './memory-volume.ts';
import { expectPlain } from './plain.ts';
import { fuzz, fuzzAsync } from './runs.ts';

const BOOT = '0123456789abcdef0123456789abcdef';
const OWNER = ownerOf('m');
const encoded = encodeSuperblock(SUPERBLOCK);
const whole = encoded.ok ? encoded.bytes : assert.fail(encoded.path);
const head = decodeBlock(whole, 'superblock');
const header = head.state === 'read' ? head.header : assert.fail(head.state);

const one = fc.constantFrom(...blocks);
/** A superblock has no key, so that what matters is what its checksums let pass. */
const superblocks = fc.oneof(
  fc.tuple(one, changes, fc.boolean()).map(([other, list, sum]) => {
    const block = new Uint8Array(BLOCK_BYTES);
    block.set(changed(whole.subarray(0, 400), list, other.bytes).subarray(0, BLOCK_BYTES));
    return sum ? resummed(block) : block;
  }),
  jsonChanges.map((list) => around(inAscii(changedText(SUPERBLOCK, list)), header)),
  fc
    .record({ slots: fc.integer({ min: 0, max: 20 }), seats: fc.integer({ min: 0, max: 33 }) })
    .map((layout) => around(inAscii(JSON.stringify({ ...SUPERBLOCK, ...layout })), header)),
  fc.uint8Array({ minLength: BLOCK_BYTES, maxLength: BLOCK_BYTES }),
);

void test('a superblock is the one that was written, or refused with a code; the file is read no further than it is long', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-fuzz-'));
  const path = join(folder, 'volume');
  const memory = directMemory();
  const fd = openSync(path, 'w');
  writeSync(fd, new Uint8Array(totalBlocks(SUPERBLOCK) * BLOCK_BYTES));
  try {
    fuzz(
      0.6,
      fc.property(superblocks, (bytes) => {
        writeSync(fd, bytes, 0, BLOCK_BYTES, 0);
        const opened = openVolume(path, 'read-only', CLUSTER, memory);
        const decoded = decodeSuperblock(bytes);
        if (!opened.ok) return assert.ok(opened.code !== 'io' && opened.detail.length < 500, opened.detail);
        opened.volume.file.close();
        const { superblock } = opened.volume;
        assert.deepEqual(decoded, { state: 'read', superblock });
        expectPlain(superblock, { textLength: 63, listItems: 0 });
        assert.equal(superblock.cluster, CLUSTER);
        assert.ok(totalBlocks(superblock) <= totalBlocks(SUPERBLOCK), 'it ends before its last block');
      }),
    );
  } finally {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  }
});

interface Put {
  readonly which: number;
  readonly list: readonly Change[] | null;
  readonly sum: boolean;
  readonly free: boolean;
}
const puts: fc.Arbitrary<Put> = fc.record({
  which: fc.nat(blocks.length - 1),
  list: fc.option(changes),
  sum: fc.boolean(),
  free: fc.integer({ min: 0, max: 3 }).map((number) => number === 0),
});

function bytesOf({ which, list, sum, free }: Put): Uint8Array {
  const sample = blocks[which] ?? assert.fail('no such sample');
  const other = blocks[(which + 1) % blocks.length] ?? sample;
  if (free) return new Uint8Array(BLOCK_BYTES);
  const bytes = list === null ? sample.bytes : changedBlock(sample, list, other);
  return sum ? resummed(bytes) : bytes;
}

void test('a place is taken where it is free or the own one, and nothing else is written', async () => {
  const count = 4;
  const claimant = { owner: OWNER, boot: BOOT, incarnationMin: 1, watchMs: 0, settleMs: 0 };
  const stop = new AbortController().signal;
  const kind = fc.constantFrom('slot' as const, 'seat' as const);
  const there = fc.array(puts, { minLength: count, maxLength: count });
  await fuzzAsync(
    0.6,
    fc.asyncProperty(kind, there, async (kind, there) => {
      const volume = memoryVolume(count);
      for (const [at, put] of there.entries()) volume.put(at, bytesOf(put));
      const before = there.map((_, at) => decodeBlock(Buffer.from(volume.at(at)), kind));
      const headerOf = (block: BlockDecoded) => (block.state === 'free' ? undefined : block.header);
      // A torn one, too: its header tells.
      const mine = before.filter((block) => headerOf(block)?.owner === OWNER);
      const taken = await takePlace(volume.file, kind, { first: 0, count }, { ...claimant, stop });
      if (taken.state === 'full') {
        assert.ok(mine.length === 0 && before.every(({ state }) => state !== 'free'), 'there was a place');
      } else {
        assert.ok(taken.state === 'taken', taken.state);
        const { index, incarnation } = taken.place;
        const found = before[index];
        const isRight = mine.length === 0 ? found?.state === 'free' : mine.some((block) => block === found);
        assert.ok(found !== undefined && isRight, `taken: ${JSON.stringify(found)}`);
        // What it counts from now on is later than all it ever wrote there.
        assert.ok(incarnation > (headerOf(found)?.incarnation ?? 0), 'no later');
        assert.deepEqual(volume.written, mine.length === 0 ? [index] : []);
      }
      assert.ok(volume.blocksRead() <= count * (count + 2), `${volume.blocksRead()} blocks read`);
    }),
  );
});

void test('a beat never writes over a stranger, and never again once it has seen one', () => {
  const first = encodeBlock({
    header: {
      kind: 'slot',
      owner: OWNER,
      boot: BOOT,
      incarnation: 5,
      counter: 1,
      agentSilentMs: 0,
      given: true,
    },
    leaving: false,
    payload: new Uint8Array(0),
  });
  assert.ok(first.ok, 'not encoded');
  const slots = slotBlocks(SUPERBLOCK);
  const place = { index: 1, incarnation: 5, counter: 1, leaving: false };
  const words = fc.uint8Array({ maxLength: 3 });
  const beat = fc.record({ put: fc.option(puts), superblock: fc.option(superblocks, { freq: 8 }) });
  fuzz(
    1,
    fc.property(words, fc.array(beat, { minLength: 1, maxLength: 12 }), (said, beats) => {
      const volume = memoryVolume(totalBlocks(SUPERBLOCK));
      volume.put(0, whole);
      volume.put(slots.first + 1, first.bytes);
      const own = ownSlot(OWNER, BOOT, { ...place, payload: said });
      let hasStranger = false;
      for (const { put, superblock } of beats) {
        if (superblock !== null) volume.put(0, superblock);
        if (put !== null) volume.put(slots.first + 1, bytesOf(put));
        const found = decodeBlock(Buffer.from(volume.at(slots.first + 1)), 'slot');
        const reads = volume.blocksRead();
        const writes = volume.written.length;
        const done = own.write({ file: volume.file, superblock: SUPERBLOCK }, 0);
        assert.ok(volume.blocksRead() - reads <= 2, 'more than two blocks read');
        const [at, ...more] = volume.written.slice(writes);
        assert.deepEqual(
          [done.state === 'written', at ?? null, more.length],
          [at !== undefined, done.state === 'written' ? slots.first + 1 : null, 0],
        );
        if (done.state === 'written') {
          assert.ok(!hasStranger, 'it wrote again');
          assert.ok(found.state !== 'free', 'freed');
          assert.ok((found.header?.owner ?? OWNER) === OWNER, 'not its own');
          assert.ok(found.state !== 'damaged' || said.length > 0, 'it looks as if it had been freed');
          const now = decodeSuperblock(Buffer.from(volume.at(0)));
          if (found.header === undefined)
            assert.ok(now.state === 'read' && now.superblock.volumeUuid === VOLUME, 'another volume');
        }
        hasStranger ||= done.state === 'foreign-writer';
      }
    }),
  );
});
