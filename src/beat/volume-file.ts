/**
 * A volume, opened so that every read comes from the storage and every write has reached it when it returns:
 * O_DIRECT | O_DSYNC, with memory that is aligned by construction. There is no fallback to buffered I/O: a cached read
 * would show a dead host alive.
 *
 * All calls are synchronous and may block for as long as the storage does. Only a beat, or a command a person waits
 * for, may do that.
 */
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { BLOCK_BYTES, type Blocks } from '../core/wire/layout.ts';

/** Blocks moved by one system call: 1 MiB. */
export const CHUNK_BLOCKS = 256;
const WASM_PAGE_BYTES = 65_536;

/** Types of the language library without the DOM lack this one global. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number; maximum: number }) => { readonly buffer: ArrayBuffer };
};

export interface IoFailure {
  readonly ok: false;
  /** `no-direct-io`: the file system refuses O_DIRECT. `truncated`: the volume ends before the block. */
  readonly code: 'no-direct-io' | 'truncated' | 'io';
  readonly errno: string;
  readonly detail: string;
}

export type Io<Value = unknown> = ({ readonly ok: true } & Value) | IoFailure;

export interface VolumeFile {
  readonly path: string;
  /** The bytes are valid until the next call. */
  readonly readBlock: (index: number) => Io<{ readonly bytes: Uint8Array }>;
  /** `each` gets its number within `blocks` and bytes that are valid during the call. */
  readonly readBlocks: (blocks: Blocks, each: (index: number, bytes: Uint8Array) => void) => Io;
  readonly writeBlock: (index: number, bytes: Uint8Array) => Io;
  readonly zeroBlocks: (blocks: Blocks) => Io;
  readonly close: () => void;
}

/** Allocate one for the life of the process: each reserves 10 GiB of address space. */
export function directMemory(): Buffer {
  // A wasm memory is page-aligned, which no Buffer promises to be. `maximum` keeps it from ever being moved.
  const pages = (CHUNK_BLOCKS * BLOCK_BYTES) / WASM_PAGE_BYTES;
  return Buffer.from(new WebAssembly.Memory({ initial: pages, maximum: pages }).buffer);
}

export function openVolumeFile(
  path: string,
  access: 'read-write' | 'read-only',
  memory: Buffer,
): Io<{ readonly file: VolumeFile }> {
  const { O_RDWR, O_RDONLY, O_DIRECT, O_DSYNC } = constants;
  try {
    const fd = openSync(path, (access === 'read-write' ? O_RDWR | O_DSYNC : O_RDONLY) | O_DIRECT);
    return { ok: true, file: volumeFile(path, fd, memory) };
  } catch (error) {
    const failure = failureOf(error, `open ${path}`);
    return failure.errno === 'EINVAL' ? noDirectIo(path) : failure;
  }
}

function volumeFile(path: string, fd: number, memory: Buffer): VolumeFile {
  function read(first: number, count: number): Io {
    const wanted = count * BLOCK_BYTES;
    let done = 0;
    try {
      while (done < wanted) {
        const got = readSync(fd, memory, done, wanted - done, first * BLOCK_BYTES + done);
        // Less than a block more is the end of the file; going on from there would not be aligned.
        if (got === 0 || got % BLOCK_BYTES !== 0) return truncated(path, first * BLOCK_BYTES + wanted);
        done += got;
      }
      return { ok: true };
    } catch (error) {
      const failure = failureOf(error, `read ${path}`);
      // Some file systems take O_DIRECT when opening and refuse each read.
      return failure.errno === 'EINVAL' ? noDirectIo(path) : failure;
    }
  }

  function write(first: number, count: number): Io {
    const wanted = count * BLOCK_BYTES;
    let done = 0;
    try {
      while (done < wanted) {
        const put = writeSync(fd, memory, done, wanted - done, first * BLOCK_BYTES + done);
        if (put === 0 || put % BLOCK_BYTES !== 0) return truncated(path, first * BLOCK_BYTES + wanted);
        done += put;
      }
      return { ok: true };
    } catch (error) {
      return failureOf(error, `write ${path}`);
    }
  }

  return {
    path,
    readBlock(index) {
      const done = read(index, 1);
      return done.ok ? { ok: true, bytes: memory.subarray(0, BLOCK_BYTES) } : done;
    },
    readBlocks(blocks, each) {
      for (let from = 0; from < blocks.count; from += CHUNK_BLOCKS) {
        const count = Math.min(CHUNK_BLOCKS, blocks.count - from);
        const done = read(blocks.first + from, count);
        if (!done.ok) return done;
        for (let at = 0; at < count; at++) {
          each(from + at, memory.subarray(at * BLOCK_BYTES, (at + 1) * BLOCK_BYTES));
        }
      }
      return { ok: true };
    },
    writeBlock(index, bytes) {
      memory.set(bytes);
      return write(index, 1);
    },
    zeroBlocks(blocks) {
      memory.fill(0);
      for (let from = 0; from < blocks.count; from += CHUNK_BLOCKS) {
        const done = write(blocks.first + from, Math.min(CHUNK_BLOCKS, blocks.count - from));
        if (!done.ok) return done;
      }
      return { ok: true };
    },
    close() {
      try {
        closeSync(fd);
      } catch {
        // The descriptor is gone either way, and each write had its own answer.
      }
    },
  };
}

function failureOf(error: unknown, doing: string): IoFailure {
  const errno = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return { ok: false, code: 'io', errno, detail: `${doing}: ${errno}` };
}

function truncated(path: string, neededBytes: number): IoFailure {
  return {
    ok: false,
    code: 'truncated',
    errno: '',
    detail: `${path} is truncated: it ends before byte ${neededBytes}`,
  };
}

function noDirectIo(path: string): IoFailure {
  return {
    ok: false,
    code: 'no-direct-io',
    errno: 'EINVAL',
    detail: `${path}: its file system refuses O_DIRECT; put the volume on storage that supports it`,
  };
}
