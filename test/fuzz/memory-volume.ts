/** A volume in memory, as a beat sees an open one, that counts what is read and notes what is written. */
import type { VolumeFile } from '../../src/beat/volume-file.ts';
import { BLOCK_BYTES } from '../../src/core/wire/layout.ts';

export interface MemoryVolume {
  readonly file: VolumeFile;
  readonly at: (index: number) => Uint8Array;
  readonly put: (index: number, bytes: Uint8Array) => void;
  /** Numbers of the blocks that were written through the file. */
  readonly written: number[];
  readonly blocksRead: () => number;
}

export function memoryVolume(count: number): MemoryVolume {
  const storage = Buffer.alloc(count * BLOCK_BYTES);
  const written: number[] = [];
  let blocksRead = 0;
  const at = (index: number): Buffer => storage.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES);
  const put = (index: number, bytes: Uint8Array): void => at(index).set(bytes);
  const read = (index: number): Uint8Array => {
    blocksRead += 1;
    return Buffer.from(at(index));
  };
  const write = (index: number, bytes: Uint8Array): void => {
    written.push(index);
    put(index, bytes);
  };
  const zeros = new Uint8Array(BLOCK_BYTES);
  return {
    at,
    put,
    written,
    blocksRead: () => blocksRead,
    file: {
      path: 'memory',
      readBlock: (index) => ({ ok: true, bytes: read(index) }),
      readBlocks({ first, count }, each) {
        for (let index = 0; index < count; index += 1) each(index, read(first + index));
        return { ok: true };
      },
      writeBlock(index, bytes) {
        write(index, bytes);
        return { ok: true };
      },
      zeroBlocks({ first, count }) {
        for (let index = first; index < first + count; index += 1) write(index, zeros);
        return { ok: true };
      },
      close: () => undefined,
    },
  };
}
