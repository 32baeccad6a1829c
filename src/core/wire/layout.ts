/**
 * Where the blocks of a volume are: superblock, seats, slots, two incident cells per slot, one scratch block that
 * `vigil volume probe` may write. All of 4096 bytes, the largest logical sector in use.
 */

export const BLOCK_BYTES = 4096;
export const HEADER_BYTES = 64;
export const MAX_PAYLOAD_BYTES = BLOCK_BYTES - HEADER_BYTES;
export const FORMAT = 1;
export const SUPERBLOCK_INDEX = 0;

export interface Layout {
  readonly seats: number;
  readonly slots: number;
}

/** A run of blocks: `first` counted from the start of the volume. */
export interface Blocks {
  readonly first: number;
  readonly count: number;
}

export function seatBlocks(layout: Layout): Blocks {
  return { first: 1, count: layout.seats };
}

export function slotBlocks(layout: Layout): Blocks {
  return { first: 1 + layout.seats, count: layout.slots };
}

/** Cells 2i and 2i + 1 belong to the host of slot i. */
export function cellBlocks(layout: Layout): Blocks {
  return { first: 1 + layout.seats + layout.slots, count: 2 * layout.slots };
}

export function cellIndex(slot: number, which: 0 | 1): number {
  return 2 * slot + which;
}

export function scratchBlock(layout: Layout): number {
  return 1 + layout.seats + 3 * layout.slots;
}

export function totalBlocks(layout: Layout): number {
  return scratchBlock(layout) + 1;
}
