/**
 * Effects check themselves: everything that licenses an evacuation is read anew, after the intent was written and right
 * before nova is asked. What cannot be read licenses nothing.
 */
import { leaseVolumes, majorityOf } from '../election/lease.ts';
import { rival } from '../election/seats.ts';
import type { RequestId } from '../input.ts';
import { all, type Task } from '../lib/task.ts';
import { request } from '../requests.ts';
import type { Core } from '../state.ts';
import type { OwnVolume } from '../volumes.ts';
import type { CellObservation, SeatObservation, SlotObservation } from '../wire/observations.ts';
import { askCloud } from './ask-cloud.ts';
import { highestRecord } from './incident.ts';
import { refused, type OrderOutcome, type RefusalCode, type RestartOrder } from './orders.ts';
import { highestId, isOpenEvacuation, isOpenLiveMigration } from './rows.ts';

/** Of one look-up in nova by a slave. */
export const LOOK_UP_DEADLINE_MS = 10_000;

interface VolumeRead {
  readonly volume: OwnVolume;
  readonly seats: readonly SeatObservation[];
  readonly slots: readonly SlotObservation[];
  readonly cells: readonly CellObservation[];
}

export interface Checked {
  /** Null: nothing stands against it. */
  readonly refusal: OrderOutcome | null;
  /** The VM's newest migration record; whatever comes of the order is newer. */
  readonly newestRow: number;
}

/** Everything that licenses the effect, read anew after the intent was written; what is slow first. */
export function* checkBeforeEffect(core: Core, id: RequestId, order: RestartOrder): Task<Checked> {
  const nova = yield* checkNova(core, id, order);
  if (nova.refusal !== null) return nova;
  const volumes = [...core.volumes.values()].filter(({ connected }) => connected);
  const reads = yield* all(
    volumes.map((volume) => readVolume(core, volume)),
    () => true,
  );
  const good = reads.filter((read) => read !== null);
  const refusal =
    checkLease(core, order, good) ?? checkIncident(core, order, good) ?? checkVictim(order, good);
  return { ...nova, refusal };
}

function* readVolume(core: Core, volume: OwnVolume): Task<VolumeRead | null> {
  const read = yield* request(
    core,
    { do: 'read-volume', volume: volume.name, what: ['seats', 'slots', 'cells'] },
    2 * core.settings.timing.beatMs,
  );
  if (read === null || !read.ok || read.seats === null || read.slots === null || read.cells === null)
    return null;
  return { volume, seats: read.seats, slots: read.slots, cells: read.cells };
}

function leaseReads(core: Core, reads: readonly VolumeRead[]): readonly VolumeRead[] | null {
  const lease = reads.filter(({ volume }) => volume.lease);
  return lease.length >= majorityOf(leaseVolumes(core.volumes.values()).length) ? lease : null;
}

function checkLease(core: Core, order: RestartOrder, reads: readonly VolumeRead[]): OrderOutcome | null {
  const lease = leaseReads(core, reads);
  if (lease === null)
    return refused('lease-unreadable', 'the lease cannot be read on a majority of the lease volumes');
  let holding = 0;
  for (const { volume, seats } of lease) {
    const newer = rival(seats, order.master, NOBODY, order.term + 1);
    if (newer !== null) return refused('old-term', `${newer.host} has term ${newer.term}`);
    const seen = order.leaseSeen.find(({ volumeUuid }) => volumeUuid === volume.uuid);
    const seat = seats.find((candidate) => candidate.state === 'read' && candidate.index === seen?.seat);
    if (seen === undefined || seat === undefined || seat.state !== 'read') continue;
    if (seat.body.term !== order.term || seat.body.phase !== 'holding')
      return refused('old-term', `${order.master} no longer holds term ${order.term}`);
    if (
      seat.header.incarnation !== seen.incarnation ||
      seat.header.counter > seen.counter + order.validRenewals
    ) {
      return refused('expired', 'the order is older than it may be by the seat of the master');
    }
    holding += 1;
  }
  const needed = majorityOf(leaseVolumes(core.volumes.values()).length);
  return holding >= needed
    ? null
    : refused('lease-unreadable', `the seat of ${order.master} is not on a majority of the lease volumes`);
}

const NOBODY = '';

function checkIncident(core: Core, order: RestartOrder, reads: readonly VolumeRead[]): OrderOutcome | null {
  const lease = leaseReads(core, reads) ?? [];
  const records = lease.flatMap(({ cells }) =>
    cells.flatMap((cell) => (cell.state === 'read' && cell.body.victim === order.victim ? [cell.body] : [])),
  );
  const record = highestRecord(records);
  if (record === null)
    return refused('incident-unreadable', `no incident of ${order.victim} is on the lease volumes`);
  if (
    record.id !== order.incident ||
    record.phase !== 'evacuating' ||
    record.proof === null ||
    record.term !== order.term
  ) {
    return refused(
      'incident-not-open',
      `the incident of ${order.victim} is ${record.id}, ${record.phase}, of term ${record.term}`,
    );
  }
  return null;
}

/** Anything later in its slot than what the master saw is life, of whatever boot. */
function checkVictim(order: RestartOrder, reads: readonly VolumeRead[]): OrderOutcome | null {
  let read = 0;
  for (const { volume, slots } of reads) {
    const seen = order.lastSeen.find(({ volumeUuid }) => volumeUuid === volume.uuid);
    const slot = slots.find((candidate) => candidate.state === 'read' && candidate.host === order.victim);
    if (seen === undefined || slot === undefined || slot.state !== 'read') continue;
    read += 1;
    const { incarnation, counter } = slot.header;
    if (incarnation > seen.incarnation || (incarnation === seen.incarnation && counter > seen.counter)) {
      return refused('victim-alive', `${order.victim} writes to volume ${volume.name}`);
    }
  }
  return read > 0
    ? null
    : refused('victim-unreadable', `the slot of ${order.victim} cannot be read on any volume`);
}

function* checkNova(core: Core, id: RequestId, order: RestartOrder): Task<Checked> {
  const no = (code: RefusalCode, detail: string): Checked => ({
    refusal: refused(code, detail),
    newestRow: 0,
  });
  let server: Checked | null = null;
  const [rows] = yield* all(
    [
      askCloud(core, { call: 'list-migrations', vm: order.vm }, id, LOOK_UP_DEADLINE_MS),
      (function* () {
        const found = yield* askCloud(core, { call: 'get-server', vm: order.vm }, id, LOOK_UP_DEADLINE_MS);
        if (!found.ok) server = no('nova-unreadable', found.failure.detail);
        else if (found.value.host !== order.victim)
          server = no('vm-not-on-victim', `nova places it on ${found.value.host}`);
        return null;
      })(),
    ],
    () => true,
  );
  if (rows === null || rows === undefined) return no('nova-unreadable', 'nova did not answer');
  if (!rows.ok) return no('nova-unreadable', rows.failure.detail);
  const open = rows.value.find((row) => isOpenEvacuation(row) && !order.deadRows.includes(row.id));
  if (open !== undefined) return no('evacuation-open', `evacuation ${open.id} of it is ${open.status}`);
  const live = rows.value.find(isOpenLiveMigration);
  if (live !== undefined)
    return no('live-migration-open', `live migration ${live.id} of it is ${live.status}`);
  return server ?? { refusal: null, newestRow: highestId(rows.value) };
}
