/** The part of `vigil check` that touches a volume; in a process of its own, which may hang with the storage. */
import { sleep } from '../../beat/clock.ts';
import { type OpenVolume, openVolume } from '../../beat/open-volume.ts';
import { type Io, type VolumeFile, directMemory } from '../../beat/volume-file.ts';
import { type Block, decodeBlock } from '../../core/wire/block.ts';
import { scratchBlock, slotBlocks } from '../../core/wire/layout.ts';
import { openPayload, payloads } from '../../core/wire/payload.ts';
import type { Superblock } from '../../core/wire/records.ts';
import { ownerOf } from '../../drivers/volume/block-reader.ts';

const READS = 50;

export type VolumeSeen =
  | {
      readonly ok: true;
      readonly superblock: Superblock;
      readonly medianMs: number;
      readonly slowestMs: number;
      readonly slot: SlotSeen | null;
    }
  | { readonly ok: false; readonly code: string; readonly detail: string };

/** The slot under this host's name. */
export interface SlotSeen {
  readonly index: number;
  readonly boot: string;
  readonly incarnation: number;
  /** Somebody wrote it while it was watched. */
  readonly isWritten: boolean;
  /** Where its agent says that it is; not authenticated. */
  readonly ip: string | null;
}

/** Reads only: what is on the volume may be in use. The slot of `host` is watched for `watchMs`. */
export async function lookAtVolume(
  path: string,
  cluster: string,
  host: string,
  watchMs: number,
): Promise<VolumeSeen> {
  const opened = openVolume(path, 'read-only', cluster, directMemory());
  if (!opened.ok) return { ok: false, code: opened.code, detail: opened.detail };
  const { file } = opened.volume;
  try {
    const speed = measure(opened.volume);
    if (!speed.ok) return speed;
    const slot = await watchSlot(opened.volume, host, watchMs);
    return slot.ok ? { ...speed, slot: slot.slot } : { ok: false, code: slot.code, detail: slot.detail };
  } finally {
    file.close();
  }
}

async function watchSlot(
  { file, superblock }: OpenVolume,
  host: string,
  watchMs: number,
): Promise<Io<{ readonly slot: SlotSeen | null }>> {
  const before = findSlot(file, superblock, host);
  if (!before.ok || before.found === null) return before.ok ? { ok: true, slot: null } : before;
  await sleep(watchMs, new AbortController().signal);
  const after = findSlot(file, superblock, host);
  if (!after.ok) return after;
  if (after.found === null) return { ok: true, slot: null };
  const { index, header, payload } = after.found;
  const { boot, incarnation, counter } = header;
  const { volumeUuid } = superblock;
  const was = before.found.header;
  const said = openPayload(payloads.slot, { volumeUuid, index }, payload, () => null);
  const ip = said.ok ? said.body.address.ip : null;
  const isWritten = boot !== was.boot || incarnation !== was.incarnation || counter !== was.counter;
  return { ok: true, slot: { index, boot, incarnation, isWritten, ip } };
}

interface Found extends Pick<Block, 'header' | 'payload'> {
  readonly index: number;
}

function findSlot(
  file: VolumeFile,
  superblock: Superblock,
  host: string,
): Io<{ readonly found: Found | null }> {
  const owner = ownerOf(host);
  const own: Found[] = [];
  const read = file.readBlocks(slotBlocks(superblock), (index, bytes) => {
    const block = decodeBlock(bytes, 'slot');
    if (block.state === 'read' && block.header.owner === owner) own.push({ index, ...block });
  });
  // Two claims of one host that crashed in between: the later one counts, as it does for a beat.
  own.sort((a, b) => b.header.incarnation - a.header.incarnation);
  return read.ok ? { ok: true, found: own[0] ?? null } : read;
}

type Measured = { readonly ok: true } & Pick<
  Extract<VolumeSeen, { readonly ok: true }>,
  'superblock' | 'medianMs' | 'slowestMs'
>;

function measure({ file, superblock }: OpenVolume): Measured | Extract<VolumeSeen, { readonly ok: false }> {
  const tookMs: number[] = [];
  for (let read = 0; read < READS; read += 1) {
    const begunMs = performance.now();
    const block = file.readBlock(scratchBlock(superblock));
    if (!block.ok) return { ok: false, code: block.code, detail: block.detail };
    tookMs.push(performance.now() - begunMs);
  }
  tookMs.sort((a, b) => a - b);
  return { ok: true, superblock, medianMs: tookMs[READS / 2] ?? 0, slowestMs: tookMs.at(-1) ?? 0 };
}
