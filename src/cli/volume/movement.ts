/** Which blocks change while one watches: the only sign of life on a volume that needs neither a key nor a format. */
import { createHash } from 'node:crypto';
import { sleep } from '../../beat/clock.ts';
import type { Io, VolumeFile } from '../../beat/volume-file.ts';
import { isZero } from '../../core/lib/bytes.ts';
import type { Blocks } from '../../core/wire/layout.ts';

/** Three beats: whoever writes each second has written at least twice. */
export const WATCH_MS = 3_000;

export interface Snapshot {
  /**
   * Hash of each block; null: it is all zero. Not a CRC: that of a block which ends a part with its own CRC is the
   * same whatever the part says.
   */
  readonly sums: readonly (string | null)[];
}

export function takeSnapshot(file: VolumeFile, blocks: Blocks): Io<{ readonly snapshot: Snapshot }> {
  const sums: (string | null)[] = [];
  const read = file.readBlocks(blocks, (_, bytes) =>
    sums.push(isZero(bytes) ? null : createHash('sha256').update(bytes).digest('base64')),
  );
  return read.ok ? { ok: true, snapshot: { sums } } : read;
}

/** How many of the blocks changed since `before`, after `watchMs`. */
export async function watchBlocks(
  file: VolumeFile,
  blocks: Blocks,
  before: Snapshot,
  watchMs: number,
): Promise<Io<{ readonly changed: number }>> {
  await sleep(watchMs, new AbortController().signal);
  const again = takeSnapshot(file, blocks);
  if (!again.ok) return again;
  const changed = again.snapshot.sums.filter((sum, index) => sum !== before.sums[index]).length;
  return { ok: true, changed };
}
