/** The part of `vigil check` that touches a volume; in a process of its own, which may hang with the storage. */
import { openVolume } from '../../beat/open-volume.ts';
import { directMemory } from '../../beat/volume-file.ts';
import { scratchBlock } from '../../core/wire/layout.ts';
import type { Superblock } from '../../core/wire/records.ts';

const READS = 50;

export type VolumeSeen =
  | {
      readonly ok: true;
      readonly superblock: Superblock;
      readonly medianMs: number;
      readonly slowestMs: number;
    }
  | { readonly ok: false; readonly code: string; readonly detail: string };

/** Reads only: what is on the volume may be in use. */
export function lookAtVolume(path: string, cluster: string): VolumeSeen {
  const opened = openVolume(path, 'read-only', cluster, directMemory());
  if (!opened.ok) return { ok: false, code: opened.code, detail: opened.detail };
  const { file, superblock } = opened.volume;
  const tookMs: number[] = [];
  try {
    for (let read = 0; read < READS; read += 1) {
      const begunMs = performance.now();
      const block = file.readBlock(scratchBlock(superblock));
      if (!block.ok) return { ok: false, code: block.code, detail: block.detail };
      tookMs.push(performance.now() - begunMs);
    }
  } finally {
    file.close();
  }
  tookMs.sort((a, b) => a - b);
  return { ok: true, superblock, medianMs: tookMs[READS / 2] ?? 0, slowestMs: tookMs.at(-1) ?? 0 };
}
