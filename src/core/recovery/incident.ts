/** An incident while it is worked on: the record in its cells, and what this master knows of its VMs. */
import { all, type Task } from '../lib/task.ts';
import { request } from '../requests.ts';
import type { Core } from '../state.ts';
import type { Mastership } from '../master/mastership.ts';
import { isActing } from '../state.ts';
import { leaseVolumes, majorityOf } from '../election/lease.ts';
import type { BootId, HostName, IncidentRecord } from '../wire/records.ts';
import type { Migration, Server } from './cloud.ts';
import type { Hold } from './holds.ts';
import type { OrderOutcome, RestartOrder } from './orders.ts';

export interface Incident {
  record: IncidentRecord;
  /** When this master declared or adopted it. */
  readonly declaredMs: number;
  /** Taken over: what its former master asked nova for last may still be carried out. */
  readonly adopted: boolean;
  hold: Hold | null;
  readonly vms: Map<string, VmWork>;
  /** Something may have been sent to nova for a VM: a return of the old boot is then serious. */
  sent: boolean;
  /** Rows of the last complete round. */
  rows: readonly Migration[];
  /**
   * What nova said of the host's VMs before its nova-compute could start again and change it: within a minute of its
   * start that takes guests it does not find for stopped by their users. Null: this master has not read it in time.
   */
  before: { readonly servers: readonly Server[]; readonly rows: readonly Migration[] } | null;
  /** The host's new life, once this master has seen it. */
  back: Comeback | null;
  /** Who said that the new life has ended, too. */
  confirmedAgainBy: string | null;
}

export interface Comeback {
  readonly boot: BootId;
  readonly sinceMs: number;
  /** nova-compute has reported to nova since. */
  reported: boolean;
}

export interface VmWork {
  readonly vm: string;
  name: string;
  state: 'waiting' | 'ordered' | 'evacuating' | 'restarting' | 'recovered' | 'not-recovered' | 'held';
  target: HostName | null;
  attempt: number;
  reason: string | null;
  notBeforeMs: number;
  order: OpenOrder | null;
  /** Until when a host is not tried again for this VM, and why. */
  readonly excluded: Map<HostName, { readonly untilMs: number; readonly reason: string }>;
  /** Open rows whose target is dead. */
  deadRows: readonly number[];
  /** By open row: the boot of its target when this master first saw it. */
  readonly rowBoots: Map<number, BootId>;
  /** Row by which the last failure was counted. */
  failedRow: number;
  /** Starting it where it is, once its host is back. */
  inPlace: {
    tries: number;
    notBeforeMs: number;
    /** Boot of the host in which nothing more is to be done for it there. */
    settledInBoot: BootId | null;
  };
}

export interface OpenOrder {
  readonly order: RestartOrder;
  readonly target: HostName;
  outcome: OrderOutcome | 'lost' | null;
  /** From when on a clear read of the target's slot means that nothing is coming any more. */
  expiredMs: number | null;
}

export function createIncident(
  record: IncidentRecord,
  declaredMs: number,
  sent: boolean,
  adopted = false,
): Incident {
  return {
    record,
    declaredMs,
    adopted,
    hold: null,
    vms: new Map(),
    sent,
    rows: [],
    before: null,
    back: null,
    confirmedAgainBy: null,
  };
}

export function createVmWork(vm: string, name: string): VmWork {
  return {
    vm,
    name,
    state: 'waiting',
    target: null,
    attempt: 0,
    reason: null,
    notBeforeMs: 0,
    order: null,
    excluded: new Map(),
    deadRows: [],
    rowBoots: new Map(),
    failedRow: 0,
    inPlace: { tries: 0, notBeforeMs: 0, settledInBoot: null },
  };
}

/**
 * Writes the next state of the record to the victim's cells on a majority of lease volumes, before anything is done
 * on its ground. The two cells take turns, so that one torn or late write never takes the last good record away.
 */
export function* writeRecord(
  core: Core,
  master: Mastership,
  incident: Incident,
  change: Partial<IncidentRecord>,
): Task<boolean> {
  const record: IncidentRecord = {
    ...incident.record,
    ...change,
    term: master.term,
    sequence: incident.record.sequence + 1,
  };
  incident.record = { ...incident.record, sequence: record.sequence };
  // Somebody may confirm it while it is being written.
  const confirmedBefore = incident.record.confirmedBy;
  const volumes = leaseVolumes(core.volumes.values());
  const slots = core.hosts.get(record.victim)?.slotIndex;
  const which = record.sequence % 2 === 0 ? 0 : 1;
  const written = yield* all(
    volumes.map((volume) => {
      const slot = volume.uuid === null ? undefined : slots?.get(volume.uuid);
      return writeCell(core, volume.name, slot, which, record);
    }),
    () => isActing(core, master),
  );
  if (written.filter(Boolean).length < majorityOf(volumes.length)) return false;
  const { confirmedBy } = incident.record;
  incident.record = confirmedBy === confirmedBefore ? record : { ...record, confirmedBy };
  core.outbox.push({ do: 'journal', event: 'incident', data: { ...record } });
  return true;
}

function* writeCell(
  core: Core,
  volume: string,
  slot: number | undefined,
  which: 0 | 1,
  record: IncidentRecord,
): Task<boolean> {
  if (slot === undefined) return false;
  const done = yield* request(
    core,
    { do: 'write-cell', volume, slot, which, record },
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
