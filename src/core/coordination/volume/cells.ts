/**
 * Incident records in the victim's two cells on a majority of lease volumes; the highest (term, sequence) counts. A
 * record is written to one cell, then to the other, and nothing is done on its ground before both stand. So a torn write
 * leaves the former record in the other cell, and one of a former master that lands late leaves this one there: a beat
 * has one system call under way, and refuses what it comes to when nobody waits for it any more.
 */
import { noteEvidence } from '../../evidence/note.ts';
import { all, enough, type Task } from '../../lib/task.ts';
import { request } from '../../requests.ts';
import type { Core } from '../../state.ts';
import type { OwnVolume } from '../../volumes.ts';
import type { CellObservation } from '../../wire/observations.ts';
import type { HostName, IncidentRecord } from '../../wire/records.ts';
import { leaseMajority } from './majority.ts';
import { unansweredMs } from '../../recovery/still-sent.ts';
import { fitRecord } from '../../wire/fit.ts';

/** Its slots were read on a majority, at any time: its cells lie beside them. */
export function hasPlaceFor(core: Core, host: HostName): boolean {
  const slots = core.hosts.get(host)?.slotIndex;
  const known = core.leaseVolumes.filter(({ uuid }) => uuid !== null && slots?.has(uuid) === true);
  return known.length >= leaseMajority(core);
}

export function* writeRecord(core: Core, record: IncidentRecord, live: () => boolean): Task<boolean> {
  const slots = core.hosts.get(record.victim)?.slotIndex;
  const fitting = fitRecord(core.settings.host, record);
  const writes = core.leaseVolumes.map((volume) => {
    const slot = volume.uuid === null ? undefined : slots?.get(volume.uuid);
    return writeCells(core, volume, slot, fitting);
  });
  return yield* enough(writes, leaseMajority(core), live);
}

function* writeCells(
  core: Core,
  volume: OwnVolume,
  slot: number | undefined,
  record: IncidentRecord,
): Task<boolean> {
  if (slot === undefined) return false;
  const [first, second] = record.sequence % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const);
  return (
    (yield* writeCell(core, volume, slot, first, record)) &&
    (yield* writeCell(core, volume, slot, second, record))
  );
}

function* writeCell(
  core: Core,
  volume: OwnVolume,
  slot: number,
  which: 0 | 1,
  record: IncidentRecord,
): Task<boolean> {
  const done = yield* request(
    core,
    { do: 'write-cell', volume: volume.name, slot, which, record },
    2 * core.settings.timing.beatMs,
  );
  return done !== null && done.ok;
}

/** Of all cells read for one victim, the record that counts. */
export function highestRecord(records: readonly IncidentRecord[]): IncidentRecord | null {
  return records.reduce<IncidentRecord | null>((best, record) => {
    if (best === null) return record;
    const newer = record.term > best.term || (record.term === best.term && record.sequence > best.sequence);
    return newer ? record : best;
  }, null);
}

/** The record that counts among what was read of a victim's cells. */
export function recordOf(cells: readonly CellObservation[], victim: HostName): IncidentRecord | null {
  return highestRecord(
    cells.flatMap((cell) => (cell.state === 'read' && cell.body.victim === victim ? [cell.body] : [])),
  );
}

/**
 * Slots of which neither cell can be read: that is not the same as no incident. One of the two may be torn, also beside
 * an empty one: what was being written there was not acted on yet.
 */
function unreadable(cells: readonly CellObservation[]): ReadonlySet<number> {
  const damaged = cells.filter(({ state }) => state === 'damaged');
  const first = new Set(damaged.flatMap(({ slot, which }) => (which === 0 ? [slot] : [])));
  return new Set(damaged.flatMap(({ slot, which }) => (which === 1 && first.has(slot) ? [slot] : [])));
}

export function* takeUpRecords(core: Core, live: () => boolean): Task<readonly IncidentRecord[] | null> {
  const volumes = core.leaseVolumes;
  const cells: CellObservation[] = [];
  const read = yield* enough(
    volumes.map((volume) => readAll(core, volume, cells)),
    leaseMajority(core),
    live,
  );
  if (!read) return null;
  const victims = new Set(cells.flatMap((cell) => (cell.state === 'read' ? [cell.body.victim] : [])));
  return [...victims].flatMap((victim) => recordOf(cells, victim) ?? []);
}

function* readAll(core: Core, volume: OwnVolume, cells: CellObservation[]): Task<boolean> {
  const read = yield* request(
    core,
    { do: 'read-volume', volume: volume.name, what: ['slots', 'cells'] },
    4 * core.settings.timing.beatMs,
  );
  if (read === null || !read.ok || read.slots === null || read.cells === null) return false;
  noteEvidence(core, volume, read.slots, read);
  // An intent may stand in it.
  if (read.slots.some(({ state }) => state === 'damaged') && core.master !== null)
    core.master.blindUntilMs = core.now + core.settings.timing.openRequestMs;
  // What stays so was not torn in its write; nothing of it is open any more after that time.
  const { sinceMs } = core.master ?? { sinceMs: core.now };
  if (unreadable(read.cells).size > 0 && core.now - sinceMs < unansweredMs(core.settings)) return false;
  // With its slot a host was freed, whatever was being written of it just then.
  const { slots } = read;
  const isOfOwner = (cell: CellObservation): boolean => {
    const owners = slots.filter(({ index }) => index === cell.slot).map(({ host }) => host);
    if (owners.length === 0 || cell.state !== 'read') return owners.length > 0;
    const { victim } = cell.body;
    // Who it is whose slot cannot be read nobody knows, and an old write may stand over it. Else somebody has got it since.
    const wasThere = core.hosts.get(victim)?.slotIndex.get(volume.uuid ?? '') === cell.slot;
    return wasThere || owners.some((owner) => owner === null || owner === victim);
  };
  cells.push(...read.cells.filter(isOfOwner));
  return true;
}

export function* readOwnRecord(core: Core): Task<{ readonly record: IncidentRecord | null } | null> {
  const reads = yield* all(
    core.leaseVolumes.map((volume) => readCells(core, volume)),
    () => true,
  );
  const good = reads.filter((read) => read !== null);
  if (good.length < leaseMajority(core)) return null;
  return { record: recordOf(good.flat(), core.settings.host) };
}

function* readCells(core: Core, volume: OwnVolume): Task<readonly CellObservation[] | null> {
  if (!volume.connected || volume.slotIndex === null) return null;
  const read = yield* request(
    core,
    { do: 'read-volume', volume: volume.name, what: ['cells'] },
    core.settings.timing.beatMs,
  );
  if (read === null || !read.ok || read.cells === null) return null;
  return unreadable(read.cells).has(volume.slotIndex) ? null : read.cells;
}
