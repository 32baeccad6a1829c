/** VMs that nova no longer places on the failed host: evacuated, moved by somebody, or deleted. */
import type { Task } from '../lib/task.ts';
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import type { IncidentRecord } from '../wire/records.ts';
import { confirmEnded, ENDED, GONE } from './confirm-ended.ts';
import type { Migration } from './cloud.ts';
import { createVmWork, type Incident, type VmWork } from './incident.ts';
import { type OnHost, readHost } from './reading.ts';
import {
  evacuationsAfter,
  isEndedWell,
  isFailedEvacuation,
  isOpenEvacuation,
  isUnclaimedEvacuation,
} from './rows.ts';
import type { StillOpen } from './still-open.ts';

/** What is left unsettled by name; of a VM that has left the host before this master took over its records tell. */
const UNSETTLED: ReadonlySet<VmWork['state']> = new Set(['waiting', 'restarting', 'held', 'evacuating']);

export function anyUnsettled({ vms }: Incident): boolean {
  return [...vms.values()].some(isUnsettled);
}

export const isUnsettled = ({ state }: VmWork): boolean => UNSETTLED.has(state);

/** A master that has taken over finds those that went before by their records. */
function nameMoved(incident: Incident, { servers, rows }: Pick<OnHost, 'servers' | 'rows'>): void {
  const { record, vms } = incident;
  incident.isMovedKnown = true;
  const afterId = record.migrationIdAtDeclaration ?? 0;
  for (const { vm, source, id } of rows)
    if (source === record.victim && id > afterId && !vms.has(vm) && !servers.some((one) => one.vm === vm))
      vms.set(vm, createVmWork(vm, vm));
}

/** A master that has taken over knows of no VM of the host before nova has told. */
export function* learnSentOn(core: Core, master: Mastership, incident: Incident): Task<void> {
  const { record, vms } = incident;
  const read = yield* readHost(core, master, incident);
  // A round of its own may have read it since.
  if (!read.ok || incident.isMovedKnown) return;
  const { servers, rows } = read.value;
  incident.isMovedKnown = true;
  incident.rows = rows;
  const sent = rows.filter((row) => isSentFrom(record, row)).sort((one, other) => other.id - one.id);
  for (const row of sent)
    if (!vms.has(row.vm)) {
      const reason = isEndedWell(row) ? ENDED : `nova: ${row.status}`;
      vms.set(row.vm, { ...createVmWork(row.vm, row.vm), state: 'evacuating', target: row.target, reason });
    }
  const reason = `what becomes of ${record.victim} decides`;
  for (const { vm, name } of servers) if (!vms.has(vm)) vms.set(vm, { ...createVmWork(vm, name), reason });
}

/** Of a host that shows life after all: where its VMs may run, too, for people to be told of each. */
export function* noteSentOn(core: Core, master: Mastership, incident: Incident): Task<void> {
  if (!incident.isMovedKnown) yield* learnSentOn(core, master, incident);
  if (incident.isMovedKnown) yield* confirmEnded(core, incident);
}

const isSentFrom = ({ victim, migrationIdAtDeclaration }: IncidentRecord, row: Migration): boolean =>
  row.type === 'evacuation' &&
  row.source === victim &&
  row.id > (migrationIdAtDeclaration ?? 0) &&
  !isFailedEvacuation(row);

/** While they are evacuated. */
export function noteMoved(incident: Incident, reading: OnHost, requests: StillOpen): void {
  nameMoved(incident, reading);
  const { servers, rows } = reading;
  const afterId = incident.record.migrationIdAtDeclaration ?? 0;
  const onVictim = new Set(servers.map(({ vm }) => vm));
  for (const work of incident.vms.values()) {
    if (onVictim.has(work.vm) || work.state === 'recovered' || work.settledElsewhere) continue;
    const evacuations = evacuationsAfter(rows, work.vm, afterId);
    noteAttempts(work, evacuations);
    noteRow(work, evacuations[0]);
    // What is on its way may still arrive, and the VM be listed again.
    if (work.order !== null && requests.get(work.vm)?.by === 'order') continue;
    work.order = null;
    const ended = evacuations.find(isEndedWell);
    if (ended !== undefined)
      Object.assign(work, { state: 'evacuating', target: ended.target, reason: ENDED });
    // With a VM that is deleted its records go, too; and of several that nova accepted, its conductor may pass over one.
    else if (!rows.some((row) => row.vm === work.vm && isOpenEvacuation(row) && !isUnclaimedEvacuation(row)))
      Object.assign(work, { state: 'evacuating', reason: GONE });
  }
}

/** Once their host is back, and nothing of their evacuations is open. */
export function noteLeft(incident: Incident, reading: OnHost): void {
  nameMoved(incident, reading);
  // Or left out by a cell that is failing over.
  for (const work of incident.vms.values())
    if (isUnsettled(work) && !reading.servers.some(({ vm }) => vm === work.vm))
      Object.assign(work, { state: 'evacuating', reason: GONE });
}

/** An order whose row nova shows has done its part. */
export function noteRow(work: VmWork, row: Migration | undefined): void {
  if (row !== undefined && work.order !== null && row.id > work.order.newestRow) work.order = null;
}

/** Those of a former master count, too: each that nova took has left a record. */
export function noteAttempts(work: VmWork, evacuations: readonly Migration[]): void {
  work.attempt = Math.max(work.attempt, evacuations.length);
}
