/**
 * Takes a slot or a seat: the own one if there is one, else a free one by timed claim (free, write, settle, read
 * back), so that no master is needed. Two that claim the same block see after settling whose write came last.
 */
import { type BlockDecoded, decodeBlock, encodeBlock } from '../core/wire/block.ts';
import type { Blocks } from '../core/wire/layout.ts';
import type { BlockHeader } from '../core/wire/records.ts';
import { sleep } from './clock.ts';
import type { IoFailure, VolumeFile } from './volume-file.ts';

export interface Claimant {
  readonly owner: string;
  readonly boot: string;
  /** At least this; one more than the last one found, if that is more. */
  readonly incarnationMin: number;
  /** How long an own block is watched for another writer; 0: not. */
  readonly watchMs: number;
  readonly settleMs: number;
  readonly stop: AbortSignal;
}

export interface Place {
  /** Its number within its blocks. */
  readonly index: number;
  readonly incarnation: number;
  readonly counter: number;
  /** What its owner said last there. */
  readonly payload: Uint8Array;
  readonly leaving: boolean;
}

export type Taken =
  | { readonly state: 'taken'; readonly place: Place }
  | { readonly state: 'full' }
  /** Somebody of the same name writes it: two beats of one host. */
  | { readonly state: 'another-beat'; readonly index: number; readonly block: WholeBlock }
  | { readonly state: 'stopped' }
  | { readonly state: 'failed'; readonly failure: IoFailure };

export type WholeBlock = Extract<BlockDecoded, { readonly state: 'read' }>;

export async function takePlace(
  file: VolumeFile,
  kind: 'slot' | 'seat',
  blocks: Blocks,
  claimant: Claimant,
): Promise<Taken> {
  // Each round ends with a block that is ours or one that is lost to somebody else, so there are at most as many.
  for (let round = 0; round < blocks.count; round++) {
    const found = find(file, kind, blocks, claimant.owner);
    if (!found.ok) return { state: 'failed', failure: found };
    if (found.own === null && found.free === null) return { state: 'full' };
    const taken =
      found.own !== null
        ? await watch(file, kind, blocks, claimant, found.own)
        : await claim(file, kind, blocks, claimant, found.free ?? 0);
    if (taken !== 'lost') return taken;
  }
  return { state: 'full' };
}

interface Own {
  readonly index: number;
  readonly header: BlockHeader;
  readonly payload: Uint8Array;
  readonly leaving: boolean;
}

type Found = { readonly ok: true; readonly own: Own | null; readonly free: number | null } | IoFailure;

/**
 * Everything is looked at, not only what comes before the first free block: a block that was freed may lie between
 * the place where a host starts looking and its own.
 */
function find(file: VolumeFile, kind: 'slot' | 'seat', blocks: Blocks, owner: string): Found {
  const start = Number(BigInt(`0x${owner}`) % BigInt(blocks.count));
  const distance = (index: number): number => (index - start + blocks.count) % blocks.count;
  let own: Own | null = null;
  let free: number | null = null;
  const read = file.readBlocks(blocks, (index, bytes) => {
    const block = legible(decodeBlock(bytes, kind));
    if (block.state === 'free') {
      if (free === null || distance(index) < distance(free)) free = index;
    } else if (block.state === 'read' && block.header.owner === owner) {
      // Two claims of one host that crashed in between: the later one counts.
      if (own === null || block.header.incarnation > own.header.incarnation) own = { index, ...block };
    }
  });
  return read.ok ? { ok: true, own, free } : read;
}

/**
 * A torn block, or one that is newer, is its owner's by its header, which he alone writes: he repairs it, where anybody
 * else would wait for a person to free it. What he said there is lost.
 */
export function legible(block: BlockDecoded): BlockDecoded {
  if (block.state !== 'damaged' || block.header === undefined) return block;
  return { state: 'read', header: block.header, leaving: false, payload: new Uint8Array(0), payloadCrc: 0 };
}

async function watch(
  file: VolumeFile,
  kind: 'slot' | 'seat',
  blocks: Blocks,
  claimant: Claimant,
  own: Own,
): Promise<Taken | 'lost'> {
  let last = own;
  if (claimant.watchMs > 0) {
    await sleep(claimant.watchMs, claimant.stop);
    if (claimant.stop.aborted) return { state: 'stopped' };
    const again = file.readBlock(blocks.first + own.index);
    if (!again.ok) return { state: 'failed', failure: again };
    const block = legible(decodeBlock(again.bytes, kind));
    if (block.state === 'read') {
      if (block.header.owner !== claimant.owner) return 'lost';
      if (!sameMoment(block.header, own.header)) return { state: 'another-beat', index: own.index, block };
      // Half-written by now, it says less than it did; whole by now, more.
      if (block.payload.length > 0) last = { index: own.index, ...block };
    }
  }
  return {
    state: 'taken',
    place: {
      index: last.index,
      incarnation: Math.max(claimant.incarnationMin, last.header.incarnation + 1),
      counter: 0,
      payload: last.payload,
      leaving: last.leaving,
    },
  };
}

async function claim(
  file: VolumeFile,
  kind: 'slot' | 'seat',
  blocks: Blocks,
  claimant: Claimant,
  index: number,
): Promise<Taken | 'lost'> {
  // The search took time; look again right before the write.
  const before = file.readBlock(blocks.first + index);
  if (!before.ok) return { state: 'failed', failure: before };
  if (decodeBlock(before.bytes, kind).state !== 'free') return 'lost';
  const header: BlockHeader = {
    kind,
    owner: claimant.owner,
    boot: claimant.boot,
    incarnation: claimant.incarnationMin,
    counter: 1,
    agentSilentMs: 0,
    given: false,
  };
  const payload = new Uint8Array(0);
  const encoded = encodeBlock({ header, leaving: false, payload });
  if (!encoded.ok) throw new Error(`claim of a ${kind}: ${encoded.path} must be ${encoded.expected}`);
  const written = file.writeBlock(blocks.first + index, encoded.bytes);
  if (!written.ok) return { state: 'failed', failure: written };
  await sleep(claimant.settleMs, claimant.stop);
  if (claimant.stop.aborted) return { state: 'stopped' };
  const after = file.readBlock(blocks.first + index);
  if (!after.ok) return { state: 'failed', failure: after };
  const block = decodeBlock(after.bytes, kind);
  if (block.state !== 'read' || block.header.owner !== claimant.owner) return 'lost';
  if (!sameMoment(block.header, header)) return { state: 'another-beat', index, block };
  return {
    state: 'taken',
    place: { index, incarnation: header.incarnation, counter: 1, payload, leaving: false },
  };
}

function sameMoment(a: BlockHeader, b: BlockHeader): boolean {
  return a.boot === b.boot && a.incarnation === b.incarnation && a.counter === b.counter;
}
