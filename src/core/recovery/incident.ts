/** An incident while it is worked on: the record in its cells, and what this master knows of its VMs. */
import { all, type Task } from '../lib/task.ts';
import { request } from '../requests.ts';
import type { Core } from '../state.ts';
import type { Mastership } from '../master/mastership.ts';
import { isActing } from '../state.ts';
import { leaseVolumes, majorityOf } from '../election/lease.ts';
import type { HostName, IncidentRecord } from '../wire/records.ts';
import type { Migration, Server } from './cloud.ts';
import type { Hold } from './holds.ts';
import type { OrderOutcome, RestartOrder } from './orders.ts';

export interface Incident {
  record: IncidentRecord;
  /** When this master declared or adopted it. */
  readonly declaredMs: number;
  hold: Hold | null;
  readonly vms: Map<string, VmWork>;
  /** Something may have been sent to nova for a VM: a return of the old boot is then serious. */
  sent: boolean;
  /** Rows of the last complete round. */
  rows: readonly Migration[];
  servers: readonly Server[];
  settledRounds: number;
}

export interface VmWork {
  readonly vm: string;
  name: string;
  state: 'waiting' | 'ordered' | 'evacuating' | 'recovered' | 'not-recovered' | 'held';
  target: HostName | null;
  attempt: number;
  reason: string | null;
  notBeforeMs: number;
  order: OpenOrder | null;
  /** Until when a host is not tried again for this VM, and why. */
  readonly excluded: Map<HostName, { readonly untilMs: number; readonly reason: string }>;
  /** Open rows whose target is dead. */
  deadRows: readonly number[];
  /** Row by which the last failure was counted. */
  failedRow: number;
}

export interface OpenOrder {
  readonly order: RestartOrder;
  readonly target: HostName;
  outcome: OrderOutcome | 'lost' | null;
  /** From when on a clear read of the target's slot means that nothing is coming any more. */
  expiredMs: number | null;
}

export function createIncident(record: IncidentRecord, declaredMs: number, sent: boolean): Incident {
  return { record, declaredMs, hold: null, vms: new Map(), sent, rows: [], servers: [], settledRounds: 0 };
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
    failedRow: 0,
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
  incident.record = record;
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
