/** What a host finds of its own after power was lost in the middle of a write. */
import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { memoryVolume, type MemoryVolume } from '../../test/fuzz/memory-volume.ts';
import { encodeBlock } from '../core/wire/block.ts';
import { HEADER_BYTES, slotBlocks } from '../core/wire/layout.ts';
import type { BlockHeader } from '../core/wire/records.ts';
import { encodeSuperblock } from '../core/wire/superblock.ts';
import { SUPERBLOCK } from '../../test/fuzz/block-samples.ts';
import { ownSlot } from './own-slot.ts';
import { takePlace } from './places.ts';

const COUNT = 4;
const BLOCKS = { first: 0, count: COUNT };
const BOOT = '0123456789abcdef0123456789abcdef';
const OWNER = '0000000000000001';
const STRANGER = '0000000000000002';
/** Where a host with nothing of its own begins to look. */
const HOME = 1;

type Kind = 'slot' | 'seat';

function whole(kind: Kind, owner: string, more: Partial<BlockHeader> = {}): Uint8Array {
  const header = {
    kind,
    owner,
    boot: BOOT,
    incarnation: 1_000,
    counter: 9,
    agentSilentMs: 0,
    given: true,
    ...more,
  };
  const block = encodeBlock({ header, leaving: false, payload: Buffer.from('what it said') });
  return block.ok ? block.bytes : assert.fail(block.path);
}

/** What follows the header is of the former write. */
function torn(kind: Kind, owner: string, more: Partial<BlockHeader> = {}): Uint8Array {
  const bytes = whole(kind, owner, more);
  bytes[HEADER_BYTES + 3] = 0;
  return bytes;
}

function take(kind: Kind, volume: MemoryVolume, watchMs = 0, file = volume.file) {
  const stop = new AbortController().signal;
  const claimant = { owner: OWNER, boot: BOOT, incarnationMin: 5, watchMs, settleMs: 0, stop };
  return takePlace(file, kind, BLOCKS, claimant);
}

describe('a place that is torn', () => {
  for (const kind of ['slot', 'seat'] as const) {
    it(`is taken by the host whose ${kind} it is, later than all it wrote there`, async () => {
      const volume = memoryVolume(COUNT);
      volume.put(3, torn(kind, OWNER));
      const taken = await take(kind, volume);
      const place = { index: 3, incarnation: 1_001, counter: 0, payload: new Uint8Array(0), leaving: false };
      assert.deepEqual(taken, { state: 'taken', place });
      assert.deepEqual(volume.written, []);
    });
  }

  it('is taken where every other one is taken, too', async () => {
    const volume = memoryVolume(COUNT);
    for (let index = 0; index < COUNT; index += 1) volume.put(index, whole('slot', STRANGER));
    volume.put(2, torn('slot', OWNER));
    const taken = await take('slot', volume);
    assert.equal(taken.state === 'taken' && taken.place.index, 2);
  });

  it('is left for one that the host wrote later, and kept before one that it wrote earlier', async () => {
    for (const [incarnation, index] of [
      [1_001, 2],
      [999, 3],
    ] as const) {
      const volume = memoryVolume(COUNT);
      volume.put(2, whole('slot', OWNER, { incarnation }));
      volume.put(3, torn('slot', OWNER));
      const taken = await take('slot', volume);
      assert.equal(taken.state === 'taken' && taken.place.index, index);
    }
  });

  it('is left alone if its header says nothing, or another owner', async () => {
    const unreadable = torn('slot', OWNER);
    unreadable[40] = 1;
    for (const bytes of [unreadable, torn('slot', STRANGER), torn('seat', OWNER)]) {
      const volume = memoryVolume(COUNT);
      volume.put(3, bytes);
      const taken = await take('slot', volume);
      assert.equal(taken.state === 'taken' && taken.place.index, HOME);
      assert.deepEqual(volume.written, [HOME]);
    }
  });
});

describe('an own place that is watched', () => {
  /** What stands there when it is looked at again. */
  const watched = (then: Uint8Array, now: Uint8Array) => {
    const volume = memoryVolume(COUNT);
    volume.put(3, then);
    const readBlock = (index: number) => {
      volume.put(3, now);
      return volume.file.readBlock(index);
    };
    return take('slot', volume, 1, { ...volume.file, readBlock });
  };
  const before = [torn('slot', OWNER), whole('slot', OWNER)];

  it('is another beat’s if it advances, however torn it is read', async () => {
    for (const then of before)
      for (const now of [torn('slot', OWNER, { counter: 10 }), whole('slot', OWNER, { counter: 10 })]) {
        const taken = await watched(then, now);
        assert.ok(taken.state === 'another-beat', taken.state);
        assert.deepEqual([taken.index, taken.block.header.counter], [3, 10]);
      }
  });

  it('is lost if another owner writes there, however torn it is read', async () => {
    for (const then of before) {
      const taken = await watched(then, torn('slot', STRANGER));
      assert.equal(taken.state === 'taken' && taken.place.index, HOME);
    }
  });

  it('says what it said in the read that was whole', async () => {
    for (const [then, now] of [before, [...before].reverse()]) {
      assert.ok(then !== undefined && now !== undefined);
      const taken = await watched(then, now);
      assert.ok(taken.state === 'taken' && taken.place.index === 3, taken.state);
      assert.equal(Buffer.from(taken.place.payload).toString(), 'what it said');
    }
  });
});

void test('a torn slot stays so until its host has something to say there', () => {
  const first = encodeSuperblock(SUPERBLOCK);
  assert.ok(first.ok);
  const volume = memoryVolume(slotBlocks(SUPERBLOCK).first + COUNT);
  const block = slotBlocks(SUPERBLOCK).first + 3;
  volume.put(0, first.bytes);
  volume.put(block, torn('slot', OWNER));
  const place = { index: 3, incarnation: 1_001, counter: 0, payload: new Uint8Array(0), leaving: false };
  const own = ownSlot(OWNER, BOOT, place);
  const write = () => own.write({ file: volume.file, superblock: SUPERBLOCK }, 0).state;
  assert.equal(write(), 'not-yet');
  assert.deepEqual(volume.written, []);
  own.say(Buffer.from('it lives'), false);
  assert.equal(write(), 'written');
  assert.deepEqual(volume.written, [block]);
  // A torn one is not held against whoever has spoken.
  volume.put(block, torn('slot', OWNER));
  assert.equal(write(), 'written');
});
