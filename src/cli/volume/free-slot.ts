/** `vigil volume free --slot`: clears a slot that cannot be read and that nobody writes any more. */
import { sleep } from '../../beat/clock.ts';
import { openVolume } from '../../beat/open-volume.ts';
import { directMemory } from '../../beat/volume-file.ts';
import { decodeBlock } from '../../core/wire/block.ts';
import { slotBlocks } from '../../core/wire/layout.ts';
import { WATCH_MS } from './movement.ts';
import { type CommandResult, EXIT_OK, EXIT_REFUSED, EXIT_VOLUME, refused } from './result.ts';

export interface FreeSlotOptions {
  readonly path: string;
  /** Its number, as `vigil volume dump` shows it. */
  readonly slot: number;
}

export async function freeDamagedSlot({ path, slot }: FreeSlotOptions): Promise<CommandResult> {
  const opened = openVolume(path, 'read-write', null, directMemory());
  if (!opened.ok) return refused(EXIT_VOLUME, opened.code, opened.detail);
  const { file, superblock } = opened.volume;
  try {
    const { first, count } = slotBlocks(superblock);
    if (slot >= count)
      return refused(EXIT_REFUSED, 'no-such-slot', `${path} has slots 0 to ${count - 1}, not ${slot}`);
    const before = file.readBlock(first + slot);
    if (!before.ok) return refused(EXIT_VOLUME, before.code, before.detail);
    const block = decodeBlock(before.bytes, 'slot');
    if (block.state !== 'damaged') {
      const detail =
        block.state === 'free'
          ? `slot ${slot} is free already`
          : `slot ${slot} can be read: it is a host's; name the host instead`;
      return refused(EXIT_REFUSED, 'not-damaged', detail);
    }
    // The memory is the file's own, and the next read goes there, too.
    const then = Buffer.from(before.bytes);
    await sleep(WATCH_MS, new AbortController().signal);
    const after = file.readBlock(first + slot);
    if (!after.ok) return refused(EXIT_VOLUME, after.code, after.detail);
    if (!then.equals(after.bytes))
      return refused(EXIT_REFUSED, 'in-use', `slot ${slot} is being written; look at it again`);
    const freed = file.zeroBlocks({ first: first + slot, count: 1 });
    if (!freed.ok) return refused(EXIT_VOLUME, freed.code, freed.detail);
    return {
      exitCode: EXIT_OK,
      lines: [`freed on ${path}: slot ${slot}, which was damaged (${block.reason.code})`],
      json: { path, slot, reason: block.reason.code },
    };
  } finally {
    file.close();
  }
}
