/** Reads seats and cells anew: does the master still hold its term, and is the incident still what the effect needs? */
import { all, type Task } from '../../lib/task.ts';
import { request } from '../../requests.ts';
import type { Core } from '../../state.ts';
import { isHung, type OwnVolume } from '../../volumes.ts';
import type { CellObservation, SeatObservation } from '../../wire/observations.ts';
import type { Licence, Unlicensed } from '../port.ts';
import { recordOf } from './cells.ts';
import { leaseMajority } from './majority.ts';
import { noteSeats, rival, tracked } from './seats.ts';

interface LeaseRead {
  readonly volume: OwnVolume;
  readonly seats: readonly SeatObservation[];
  readonly cells: readonly CellObservation[];
}

export function* checkLicence(core: Core, licence: Licence): Task<Unlicensed | null> {
  const volumes = core.leaseVolumes.filter(
    (volume) => !isHung(volume, core.settings.timing.beatMs, core.now),
  );
  const reads = yield* all(
    volumes.map((volume) => readLease(core, volume)),
    () => true,
  );
  const good = reads.filter((read) => read !== null);
  const needed = leaseMajority(core);
  if (good.length < needed) {
    const detail = 'the lease cannot be read on a majority of the lease volumes';
    return { code: 'lease-unreadable', detail };
  }
  return checkLease(licence, good, needed) ?? checkIncidents(licence, good);
}

function* readLease(core: Core, volume: OwnVolume): Task<LeaseRead | null> {
  const read = yield* request(
    core,
    { do: 'read-volume', volume: volume.name, what: ['seats', 'cells'] },
    2 * core.settings.timing.beatMs,
  );
  if (read === null || !read.ok || read.seats === null || read.cells === null) return null;
  noteSeats(volume, read.seats, read, core.settings.timing.followMs);
  return { volume, seats: tracked(volume.seats), cells: read.cells };
}

function checkLease(licence: Licence, reads: readonly LeaseRead[], needed: number): Unlicensed | null {
  const { master, term, stamp, validRenewals } = licence;
  let holding = 0;
  for (const { volume, seats } of reads) {
    const newer = rival(seats, master, term + 1);
    if (newer !== null) {
      const detail = `${newer.host} has term ${newer.term}`;
      return { code: 'old-term', detail, term: newer.term };
    }
    const seen = stamp.find(({ volumeUuid }) => volumeUuid === volume.uuid);
    const seat = seats.find((candidate) => candidate.state === 'read' && candidate.index === seen?.seat);
    if (seen === undefined || seat === undefined || seat.state !== 'read') continue;
    if (seat.body.term !== term || seat.body.phase !== 'holding')
      return { code: 'old-term', detail: `${master} no longer holds term ${term}` };
    const { incarnation, counter } = seat.header;
    if (incarnation !== seen.incarnation || counter > seen.counter + validRenewals)
      return { code: 'expired', detail: 'the order is older than it may be by the seat of the master' };
    holding += 1;
  }
  if (holding >= needed) return null;
  const detail = `the seat of ${master} is not on a majority of the lease volumes`;
  return { code: 'lease-unreadable', detail };
}

/** Holds that bind the slaves, too: an order that was given before is not to be carried out. */
const SHOWS_LIFE: ReadonlySet<string | null> = new Set(['life-signs', 'life-after-failed']);

function checkIncidents(licence: Licence, reads: readonly LeaseRead[]): Unlicensed | null {
  const { others } = licence;
  return others.reduce<Unlicensed | null>(
    (against, { host, incident }) =>
      against ?? checkIncident({ ...licence, victim: host, incident, phases: ['evacuating'] }, reads),
    checkIncident(licence, reads),
  );
}

function checkIncident(licence: Licence, reads: readonly LeaseRead[]): Unlicensed | null {
  const { victim, incident, term, phases } = licence;
  const record = recordOf(
    reads.flatMap(({ cells }) => cells),
    victim,
  );
  if (record === null)
    return { code: 'incident-unreadable', detail: `no incident of ${victim} is on the lease volumes` };
  if (record.id === incident && SHOWS_LIFE.has(record.hold)) {
    const detail = `${victim} has shown life since it was declared failed`;
    return { code: 'incident-not-open', detail };
  }
  // While it is being proven there is nothing to do but to undo.
  const isOpen = phases.includes(record.phase) && (record.proof !== null || record.phase === 'proving');
  if (record.id === incident && record.term === term && isOpen) return null;
  const detail = `the incident of ${victim} is ${record.id}, ${record.phase}, of term ${record.term}`;
  return { code: 'incident-not-open', detail };
}
