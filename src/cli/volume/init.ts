/**
 * `vigil volume init`: makes a volume. What is in use is never overwritten, with or without --force: a host whose slot
 * is wiped looks dead to the others.
 */
import { randomUUID } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, statSync, unlinkSync } from 'node:fs';
import { type VolumeFile, directMemory, openVolumeFile } from '../../beat/volume-file.ts';
import { BLOCK_BYTES, FORMAT, SUPERBLOCK_INDEX, totalBlocks } from '../../core/wire/layout.ts';
import { MAX_SEATS, type Superblock } from '../../core/wire/records.ts';
import { decodeSuperblock, encodeSuperblock } from '../../core/wire/superblock.ts';
import { WATCH_MS, takeSnapshot, watchBlocks } from './movement.ts';
import { type CommandResult, EXIT_OK, EXIT_REFUSED, EXIT_VOLUME, refused } from './result.ts';

export interface InitOptions {
  readonly path: string;
  readonly cluster: string;
  readonly slots: number;
  /** 0: carries heartbeats only. */
  readonly leaseVolumes: 0 | 1 | 3;
  /** Overwrites another volume or foreign content, if nobody writes it. */
  readonly force: boolean;
}

export async function initVolume(options: InitOptions): Promise<CommandResult> {
  const { path } = options;
  const facts: Superblock = {
    format: FORMAT,
    volumeUuid: randomUUID(),
    cluster: options.cluster,
    slots: options.slots,
    seats: MAX_SEATS,
    leaseVolumes: options.leaseVolumes,
    coordination: 'volume',
    generation: 1,
  };
  const encoded = encodeSuperblock(facts);
  if (!encoded.ok) {
    return refused(EXIT_REFUSED, 'bad-option', `${encoded.path} must be ${encoded.expected}`);
  }
  const prepared = prepareFile(path, totalBlocks(facts) * BLOCK_BYTES);
  if (!prepared.ok) return prepared.result;
  const result = await fill(options, facts, prepared.created);
  // A file that was made for nothing would only be in the way of the next attempt.
  if (prepared.created && result.exitCode !== EXIT_OK) unlinkSync(path);
  return result;
}

type Prepared =
  | { readonly ok: true; readonly created: boolean }
  | { readonly ok: false; readonly result: CommandResult };

function prepareFile(path: string, neededBytes: number): Prepared {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found !== undefined && !found.isFile() && !found.isBlockDevice()) {
      const detail = `${path} is neither a file nor a block device; name one of them`;
      return { ok: false, result: refused(EXIT_REFUSED, 'bad-path', detail) };
    }
    // An empty file is as good as none.
    if (found !== undefined && (found.isBlockDevice() || found.size > 0)) return { ok: true, created: false };
    const fd = openSync(path, found === undefined ? 'wx' : 'r+', 0o600);
    ftruncateSync(fd, neededBytes);
    closeSync(fd);
    return { ok: true, created: found === undefined };
  } catch (error) {
    const detail = `${path} cannot be made: ${error instanceof Error ? error.message : String(error)}`;
    return { ok: false, result: refused(EXIT_VOLUME, 'io', detail) };
  }
}

async function fill(options: InitOptions, facts: Superblock, created: boolean): Promise<CommandResult> {
  const { path } = options;
  const opened = openVolumeFile(path, 'read-write', directMemory());
  if (!opened.ok) return refused(EXIT_VOLUME, opened.code, opened.detail);
  const { file } = opened;
  try {
    const judged = created
      ? ({ ok: true, generation: 0, blocks: 0 } as const)
      : await judge(file, options, facts);
    if (!judged.ok) return judged.result;
    const { isFile, size } = sizeOf(path);
    if (isFile && size < totalBlocks(facts) * BLOCK_BYTES) grow(path, totalBlocks(facts) * BLOCK_BYTES);
    const made: Superblock = { ...facts, generation: judged.generation + 1 };
    const encoded = encodeSuperblock(made);
    if (!encoded.ok)
      return refused(EXIT_REFUSED, 'bad-option', `${encoded.path} must be ${encoded.expected}`);
    // The superblock last: a volume is one when everything in it is in order.
    const zeroed = file.zeroBlocks({ first: 0, count: Math.max(totalBlocks(facts), judged.blocks) });
    const written = zeroed.ok ? file.writeBlock(SUPERBLOCK_INDEX, encoded.bytes) : zeroed;
    if (!written.ok)
      return refused(EXIT_VOLUME, written.code, tooSmall(written.code, file, facts, written.detail));
    const kind = made.leaseVolumes === 0 ? 'heartbeats only' : `lease volume, one of ${made.leaseVolumes}`;
    return {
      exitCode: EXIT_OK,
      lines: [
        `${path} is now volume ${made.volumeUuid} of cluster "${made.cluster}": ${made.slots} slots, ${kind}`,
      ],
      json: { path, superblock: made },
    };
  } finally {
    file.close();
  }
}

type Judged =
  | { readonly ok: true; readonly generation: number; readonly blocks: number }
  | { readonly ok: false; readonly result: CommandResult };

/** May what is there be overwritten? */
async function judge(file: VolumeFile, options: InitOptions, facts: Superblock): Promise<Judged> {
  const { path } = options;
  const stop = (code: string, detail: string): Judged => ({
    ok: false,
    result: refused(EXIT_REFUSED, code, detail),
  });
  const found = statSync(path);
  if (found.isFile() && found.size % BLOCK_BYTES !== 0 && !options.force) {
    return stop(
      'foreign',
      `${path} holds something that is no volume; choose another path, or --force to overwrite it`,
    );
  }
  const first = found.isFile() && found.size < BLOCK_BYTES ? null : file.readBlock(SUPERBLOCK_INDEX);
  if (first !== null && !first.ok) {
    return { ok: false, result: refused(EXIT_VOLUME, first.code, first.detail) };
  }
  const present = first === null ? ({ state: 'free' } as const) : decodeSuperblock(first.bytes);
  const previous = present.state === 'read' ? present.superblock : null;
  const wanted = Math.max(totalBlocks(facts), previous === null ? 0 : totalBlocks(previous));
  const available = found.isFile() ? Math.floor(found.size / BLOCK_BYTES) : wanted;
  const blocks = { first: 0, count: Math.min(wanted, available) };
  const before = takeSnapshot(file, blocks);
  if (!before.ok) {
    const detail = tooSmall(before.code, file, facts, before.detail);
    return { ok: false, result: refused(EXIT_VOLUME, before.code, detail) };
  }
  const generation = previous?.generation ?? 0;
  if (before.snapshot.sums.every((sum) => sum === null))
    return { ok: true, generation, blocks: blocks.count };

  const watched = await watchBlocks(file, blocks, before.snapshot, WATCH_MS);
  if (!watched.ok) return { ok: false, result: refused(EXIT_VOLUME, watched.code, watched.detail) };
  if (watched.changed > 0) {
    return stop(
      'in-use',
      `${path} is in use: ${watched.changed} blocks changed within ${WATCH_MS / 1_000} s; ` +
        'stop Vigil (or whatever else writes it) on every host first. Not even --force overwrites it.',
    );
  }
  if (options.force) return { ok: true, generation, blocks: blocks.count };
  if (previous !== null) {
    return stop(
      'volume-exists',
      `${path} is volume ${previous.volumeUuid} of cluster "${previous.cluster}" already; ` +
        'it is not written at the moment, so --force may overwrite it',
    );
  }
  if (present.state === 'damaged' && present.reason.code === 'newer-format') {
    return stop(
      'newer-format',
      `${path} is a volume of a newer Vigil (format ${present.reason.format}); upgrade, or --force`,
    );
  }
  return stop(
    'foreign',
    `${path} holds something that is no volume; choose another path, or --force to overwrite it`,
  );
}

function sizeOf(path: string): { readonly isFile: boolean; readonly size: number } {
  const found = statSync(path);
  return { isFile: found.isFile(), size: found.size };
}

function grow(path: string, bytes: number): void {
  const fd = openSync(path, 'r+');
  ftruncateSync(fd, bytes);
  closeSync(fd);
}

function tooSmall(code: string, file: VolumeFile, facts: Superblock, detail: string): string {
  if (code !== 'truncated') return detail;
  return `${file.path} is too small: ${facts.slots} slots need ${totalBlocks(facts) * BLOCK_BYTES} bytes`;
}
