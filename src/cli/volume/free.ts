/**
 * `vigil volume free`: gives back the slot, seat and incident cells of a host that is gone for good. Only an operator
 * may: no program can tell gone from silent.
 */
import { createHash } from 'node:crypto';
import { sleep } from '../../beat/clock.ts';
import { openVolume } from '../../beat/open-volume.ts';
import { type Io, type VolumeFile, directMemory } from '../../beat/volume-file.ts';
import { decodeBlock } from '../../core/wire/block.ts';
import { type Blocks, cellBlocks, cellIndex, seatBlocks, slotBlocks } from '../../core/wire/layout.ts';
import { openPayload, payloads } from '../../core/wire/payload.ts';
import type { Superblock } from '../../core/wire/records.ts';
import { WATCH_MS } from './movement.ts';
import { type CommandResult, EXIT_OK, EXIT_REFUSED, EXIT_VOLUME, refused } from './result.ts';

export interface FreeOptions {
  readonly path: string;
  readonly host: string;
  /** Even if an incident of the host is not closed. */
  readonly force: boolean;
}

export async function freePlaces({ path, host, force }: FreeOptions): Promise<CommandResult> {
  const opened = openVolume(path, 'read-write', null, directMemory());
  if (!opened.ok) return refused(EXIT_VOLUME, opened.code, opened.detail);
  const { file, superblock } = opened.volume;
  try {
    const found = find(file, superblock, host);
    if (!found.ok) return refused(EXIT_VOLUME, found.code, found.detail);
    if (found.seats.length + found.slots.length === 0) {
      return refused(EXIT_REFUSED, 'no-such-host', `"${host}" has neither slot nor seat on ${path}`);
    }
    await sleep(WATCH_MS, new AbortController().signal);
    const again = find(file, superblock, host);
    if (!again.ok) return refused(EXIT_VOLUME, again.code, again.detail);
    if (again.moment !== found.moment) return alive(host, path);
    if (found.openIncident !== null && !force) {
      const detail = `incident ${found.openIncident} of "${host}" is not closed; wait until it is, or use --force`;
      return refused(EXIT_REFUSED, 'open-incident', detail);
    }
    // The slot last, so that a second attempt finds everything again if this one breaks off.
    for (const first of [...found.cells, ...found.seats, ...found.slots]) {
      const freed = file.zeroBlocks({ first, count: 1 });
      if (!freed.ok) return refused(EXIT_VOLUME, freed.code, freed.detail);
    }
    return {
      exitCode: EXIT_OK,
      lines: [`freed on ${path}: ${found.slots.length} slot, ${found.seats.length} seat of "${host}"`],
      json: { path, host, slots: found.slots.length, seats: found.seats.length },
    };
  } finally {
    file.close();
  }
}

function alive(host: string, path: string): CommandResult {
  return refused(
    EXIT_REFUSED,
    'in-use',
    `"${host}" still writes on ${path}; stop its beat first (a living host must not lose its slot)`,
  );
}

interface Places {
  /** Block numbers. */
  readonly seats: readonly number[];
  readonly slots: readonly number[];
  readonly cells: readonly number[];
  /** Changes as soon as the host writes. */
  readonly moment: string;
  readonly openIncident: string | null;
}

function find(file: VolumeFile, superblock: Superblock, host: string): Io<Places> {
  const { volumeUuid } = superblock;
  const owner = createHash('sha256').update(host).digest('hex').slice(0, 16);
  const moments: string[] = [];
  const owned = (kind: 'seat' | 'slot', blocks: Blocks): Io<{ readonly at: number[] }> => {
    const at: number[] = [];
    const read = file.readBlocks(blocks, (index, bytes) => {
      const block = decodeBlock(bytes, kind);
      if (block.state !== 'read' || block.header.owner !== owner) return;
      at.push(blocks.first + index);
      moments.push(`${block.header.boot} ${block.header.incarnation} ${block.header.counter}`);
    });
    return read.ok ? { ok: true, at } : read;
  };
  const seats = owned('seat', seatBlocks(superblock));
  if (!seats.ok) return seats;
  const slots = owned('slot', slotBlocks(superblock));
  if (!slots.ok) return slots;
  const cells: number[] = [];
  let latest: {
    readonly id: string;
    readonly term: number;
    readonly sequence: number;
    readonly open: boolean;
  } | null = null;
  for (const block of slots.at) {
    const slot = block - slotBlocks(superblock).first;
    for (const which of [0, 1] as const) {
      const index = cellIndex(slot, which);
      const place = cellBlocks(superblock).first + index;
      const read = file.readBlock(place);
      if (!read.ok) return read;
      cells.push(place);
      const cell = decodeBlock(read.bytes, 'cell');
      if (cell.state !== 'read') continue;
      const opened = openPayload(payloads.cell, { volumeUuid, index }, cell.payload, () => null);
      if (!opened.ok) continue;
      const { id, term, sequence, phase } = opened.body;
      const newer =
        latest === null || term > latest.term || (term === latest.term && sequence > latest.sequence);
      if (newer) latest = { id, term, sequence, open: phase !== 'closed' };
    }
  }
  const openIncident = latest?.open === true ? latest.id : null;
  return { ok: true, seats: seats.at, slots: slots.at, cells, moment: moments.join(), openIncident };
}
