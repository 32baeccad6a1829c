/**
 * `vigil volume dump`: what is on a volume. It has no clock of the writers, so it reads twice and says who advanced in
 * between; and it has no key, so what it shows is what the blocks claim.
 */
import { sleep } from '../../beat/clock.ts';
import { type OpenVolume, openVolume } from '../../beat/open-volume.ts';
import { type Io, directMemory } from '../../beat/volume-file.ts';
import { type BlockDecoded, decodeBlock } from '../../core/wire/block.ts';
import { cellBlocks, seatBlocks, slotBlocks } from '../../core/wire/layout.ts';
import type { DamageReason } from '../../core/wire/observations.ts';
import { type PayloadKind, openPayload, payloads } from '../../core/wire/payload.ts';
import type { BlockHeader, Superblock } from '../../core/wire/records.ts';
import { renderDump } from './dump-text.ts';
import { type CommandResult, EXIT_OK, EXIT_VOLUME, refused } from './result.ts';

/** A beat writes each second, so 1.2 s show at least one write of everybody who lives. */
const BETWEEN_READS_MS = 1_200;

export type DumpedBlock<Body> = { readonly index: number } & (
  | {
      readonly state: 'used';
      readonly host: string;
      readonly header: BlockHeader;
      readonly moving: 'advancing' | 'still';
      readonly leaving: boolean;
      readonly bodyBoot: string;
      readonly body: Body;
    }
  | {
      /** A beat took it and no agent has said anything yet. */
      readonly state: 'claimed';
      readonly header: BlockHeader;
      readonly moving: 'advancing' | 'still';
    }
  | { readonly state: 'damaged'; readonly reason: DamageReason }
);

export interface Dump {
  readonly path: string;
  readonly superblock: Superblock;
  readonly seats: readonly DumpedBlock<unknown>[];
  readonly slots: readonly DumpedBlock<unknown>[];
  readonly cells: readonly DumpedBlock<unknown>[];
}

export async function dumpVolume(path: string): Promise<CommandResult> {
  const opened = openVolume(path, 'read-only', null, directMemory());
  if (!opened.ok) return refused(EXIT_VOLUME, opened.code, opened.detail);
  const { volume } = opened;
  try {
    const before = readAll(volume);
    if (!before.ok) return refused(EXIT_VOLUME, before.code, before.detail);
    await sleep(BETWEEN_READS_MS, new AbortController().signal);
    const after = readAll(volume);
    if (!after.ok) return refused(EXIT_VOLUME, after.code, after.detail);
    const { superblock } = volume;
    const dump: Dump = {
      path,
      superblock,
      seats: describe(payloads.seat, superblock, before.seats, after.seats),
      slots: describe(payloads.slot, superblock, before.slots, after.slots),
      cells: describe(payloads.cell, superblock, before.cells, after.cells),
    };
    return { exitCode: EXIT_OK, lines: renderDump(dump), json: dump };
  } finally {
    volume.file.close();
  }
}

/** By index; free blocks are left out. */
type Area = ReadonlyMap<number, Exclude<BlockDecoded, { readonly state: 'free' }>>;

function readAll({ file, superblock }: OpenVolume): Io<{
  readonly seats: Area;
  readonly slots: Area;
  readonly cells: Area;
}> {
  const areas = { seat: new Map(), slot: new Map(), cell: new Map() } as const;
  const places = { seat: seatBlocks, slot: slotBlocks, cell: cellBlocks } as const;
  for (const kind of ['seat', 'slot', 'cell'] as const) {
    const read = file.readBlocks(places[kind](superblock), (index, bytes) => {
      const block = decodeBlock(bytes, kind);
      if (block.state !== 'free') areas[kind].set(index, block);
    });
    if (!read.ok) return read;
  }
  return { ok: true, seats: areas.seat, slots: areas.slot, cells: areas.cell };
}

function describe<Body>(
  kind: PayloadKind<Body>,
  superblock: Superblock,
  before: Area,
  after: Area,
): DumpedBlock<Body>[] {
  return [...after].map(([index, block]): DumpedBlock<Body> => {
    if (block.state === 'damaged') return { index, state: 'damaged', reason: block.reason };
    const { header, leaving, payload } = block;
    const moving = advanced(before.get(index), header) ? 'advancing' : 'still';
    if (payload.length === 0) return { index, state: 'claimed', header, moving };
    const opened = openPayload(kind, { volumeUuid: superblock.volumeUuid, index }, payload, () => null);
    if (!opened.ok) return { index, state: 'damaged', reason: opened.reason };
    const { writer: host, body, boot: bodyBoot } = opened;
    return { index, state: 'used', host, header, moving, leaving, bodyBoot, body };
  });
}

/** A block that was free or unreadable before has not been seen to advance. */
function advanced(before: BlockDecoded | undefined, now: BlockHeader): boolean {
  if (before?.state !== 'read') return false;
  const { boot, incarnation, counter } = before.header;
  return boot !== now.boot || incarnation !== now.incarnation || counter !== now.counter;
}
