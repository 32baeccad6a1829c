/** A block that is torn, or newer, tells by its header whose it is and whether it moves. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ownSlot } from '../../src/beat/own-slot.ts';
import { reportMemory } from '../../src/beat/reports.ts';
import { carryOut } from '../../src/beat/requests.ts';
import { noteSeats, quietSinceMs, type Seats } from '../../src/core/coordination/volume/seats.ts';
import { encodeBlock } from '../../src/core/wire/block.ts';
import { HEADER_BYTES, seatBlocks, slotBlocks, totalBlocks } from '../../src/core/wire/layout.ts';
import type { BlockHeader } from '../../src/core/wire/records.ts';
import { encodeSuperblock } from '../../src/core/wire/superblock.ts';
import { blockReader } from '../../src/drivers/volume/block-reader.ts';
import { resummed, SUPERBLOCK } from '../fuzz/block-samples.ts';
import { memoryVolume } from '../fuzz/memory-volume.ts';

const BOOT = '0123456789abcdef0123456789abcdef';
const [MINE, THEIRS] = ['0000000000000001', '0000000000000002'];
const INDEX = 1;

type Fault = 'torn' | 'newer header' | 'newer payload';
const FAULTS: readonly Fault[] = ['torn', 'newer header', 'newer payload'];

function block(fault: Fault, at: Partial<BlockHeader> & { readonly kind: 'slot' | 'seat' }): Uint8Array {
  const more = { boot: 'f'.repeat(32), incarnation: 5_000, counter: 9, agentSilentMs: 0, given: true };
  const encoded = encodeBlock({
    header: { owner: THEIRS, ...more, ...at },
    leaving: false,
    payload: Buffer.from('words'),
  });
  const bytes = encoded.ok ? encoded.bytes : assert.fail(encoded.path);
  if (fault === 'torn') {
    bytes[HEADER_BYTES + 3] = 0;
    return bytes;
  }
  bytes[fault === 'newer header' ? 4 : 54] = 9;
  return resummed(bytes);
}

function volumeOf() {
  const first = encodeSuperblock(SUPERBLOCK);
  assert.ok(first.ok);
  const volume = memoryVolume(totalBlocks(SUPERBLOCK));
  volume.put(0, first.bytes);
  return { volume, open: { file: volume.file, superblock: SUPERBLOCK } };
}

for (const fault of FAULTS) {
  void test(`a slot that is ${fault} is left to whom its header names`, () => {
    const { volume, open } = volumeOf();
    const place = {
      index: INDEX,
      incarnation: 1_000,
      counter: 3,
      payload: Buffer.from('mine'),
      leaving: false,
    };
    volume.put(slotBlocks(SUPERBLOCK).first + INDEX, block(fault, { kind: 'slot' }));
    const done = ownSlot(MINE, BOOT, place).write(open, 0);
    assert.deepEqual([done.state, volume.written], ['foreign-writer', []]);
    volume.put(slotBlocks(SUPERBLOCK).first + INDEX, block(fault, { kind: 'slot', owner: MINE }));
    const later = ownSlot(MINE, BOOT, place).write(open, 0);
    assert.deepEqual([later.state, volume.written], ['foreign-writer', []], 'a later beat of the same name');
    const repaired = ownSlot(MINE, BOOT, { ...place, incarnation: 9_000 }).write(open, 0);
    assert.equal(repaired.state, 'written');
  });

  void test(`a seat that is ${fault} is left to whom its header names`, () => {
    const { volume, open } = volumeOf();
    const seat = seatBlocks(SUPERBLOCK).first + INDEX;
    const station = {
      volume: open,
      owner: MINE,
      boot: BOOT,
      incarnation: 1_000,
      slot: null,
      seatIndex: INDEX,
      written: { seat: 0, cell: 0 },
      foreign: null,
      lookAgain: false,
    };
    const connection = {
      agent: '',
      memory: reportMemory(),
      watchesSlots: () => false,
      droppedReadings: () => 0,
      roomForReading: () => true,
      send: () => true,
    };
    const write = () =>
      carryOut(
        station,
        connection,
        { kind: 'seat', id: 1, untilMs: Number.MAX_SAFE_INTEGER, payload: '' },
        0,
      );
    volume.put(seat, block(fault, { kind: 'seat' }));
    const refused = write();
    assert.deepEqual([refused.kind, volume.written], ['failed', []]);
    volume.put(seat, block(fault, { kind: 'seat', owner: MINE }));
    assert.equal(write().kind, 'seat-written');
  });

  void test(`a seat that is ${fault} and goes on being written does not stand still`, () => {
    const { volume } = volumeOf();
    const memory = reportMemory();
    const reader = blockReader(
      SUPERBLOCK.volumeUuid,
      () => null,
      () => {},
    );
    const into: Seats = { seats: new Map(), seatsReadMs: null };
    for (let counter = 1; counter <= 12; counter += 1) {
      volume.put(0, block(fault, { kind: 'seat', counter }));
      const read = memory.read(volume.file, 'seat', { first: 0, count: 1 });
      assert.ok(read.ok);
      const span = { begunMs: counter * 1_000, endedMs: counter * 1_000 + 5 };
      noteSeats(into, reader.seats(read.reports), span, 1_500);
    }
    assert.equal(quietSinceMs(into.seats.values(), 'x', 'y'), 12_005);
  });
}
