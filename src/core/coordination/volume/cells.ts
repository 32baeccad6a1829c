/**
 * Incident records in the victim's two cells on a majority of lease volumes. The two take turns, so that one torn or
 * late write never takes the last good record away; the highest (term, sequence) counts.
 */
import { noteEvidence } from '../../evidence/note.ts';
import { all, enough, type Task } from '../../lib/task.ts';
import { request } from '../../requests.ts';
import type { Core } from '../../state.ts';
import type { OwnVolume } from '../../volumes.ts';
import type { CellObservation } from '../../wire/observations.ts';
import type { HostName, IncidentRecord } from '../../wire/records.ts';
import { leaseMajority, leaseVolumes } from './majority.ts';

export function* writeRecord(core: Core, record: IncidentRecord, live: () => boolean): Task<boolean> {
  const slots = core.hosts.get(record.victim)?.slotIndex;
  const which = record.sequence % 2 === 0 ? 0 : 1;
  const writes = leaseVolumes(core.volumes.values()).map((volume) => {
    const slot = volume.uuid === null ? undefined : slots?.get(volume.uuid);
    return writeCell(core, volume, slot, which, record);
  });
  return yield* enough(writes, leaseMajority(core.volumes.values()), live);
}

function* writeCell(
  core: Core,
  volume: OwnVolume,
  slot: number | undefined,
  which: 0 | 1,
  record: IncidentRecord,
): Task<boolean> {
  if (slot === undefined) return false;
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

export function* takeUpRecords(core: Core, live: () => boolean): Task<readonly IncidentRecord[] | null> {
  const volumes = leaseVolumes(core.volumes.values());
  const cells: CellObservation[] = [];
  const read = yield* enough(
    volumes.map((volume) => readAll(core, volume, cells)),
    leaseMajority(core.volumes.values()),
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
  cells.push(...read.cells);
  return true;
}

export function* readOwnRecord(core: Core): Task<{ readonly record: IncidentRecord | null } | null> {
  const reads = yield* all(
    leaseVolumes(core.volumes.values()).map((volume) => readCells(core, volume)),
    () => true,
  );
  const good = reads.filter((read) => read !== null);
  if (good.length < leaseMajority(core.volumes.values())) return null;
  return { record: recordOf(good.flat(), core.settings.host) };
}

function* readCells(core: Core, volume: OwnVolume): Task<readonly CellObservation[] | null> {
  if (!volume.connected || volume.slotIndex === null) return null;
  const read = yield* request(
    core,
    { do: 'read-volume', volume: volume.name, what: ['cells'] },
    core.settings.timing.beatMs,
  );
  return read !== null && read.ok ? read.cells : null;
}
