/** Reading nova's migration records: the only signal that tells how an evacuation goes. */
import type { HostName } from '../wire/records.ts';
import type { Migration, Server } from './cloud.ts';

const OPEN_EVACUATION = new Set([
  'accepted',
  'queued',
  'preparing',
  'pre-migrating',
  'migrating',
  'running',
  'post-migrating',
]);
/** Before the target's nova-compute has taken the message. */
const UNCLAIMED = new Set(['accepted', 'queued', 'preparing']);
const OPEN_LIVE = new Set([
  'accepted',
  'queued',
  'preparing',
  'running',
  'running (post-copy)',
  'post-migrating',
  'pre-migrating',
]);
const FAILED = new Set(['failed', 'error', 'cancelled']);

export function isOpenEvacuation(row: Migration): boolean {
  return row.type === 'evacuation' && OPEN_EVACUATION.has(row.status);
}

/**
 * Its message waits in a queue, whatever its target does: nova-compute there begins with it when it starts, also in
 * another boot.
 */
export function isUnclaimedEvacuation(row: Migration): boolean {
  return row.type === 'evacuation' && UNCLAIMED.has(row.status);
}

/**
 * From where nova places the VM now. Nova leaves records of which one end has died as they are: one that began elsewhere
 * tells of a life of the VM that is over.
 */
export function isOpenLiveMigration(row: Migration, host: HostName): boolean {
  return row.type === 'live-migration' && row.source === host && OPEN_LIVE.has(row.status);
}

/**
 * Is there a later evacuation of the VM that has ended well? Nova never ends a record whose target died in it, nor one of a
 * live migration whose source did, also not when the VM has been evacuated again since.
 */
export function isOvertaken({ vm, id }: Migration, rows: readonly Migration[]): boolean {
  return rows.some((later) => later.vm === vm && later.id > id && isEndedWell(later));
}

/** Of whatever kind: nova is about to have the VM on the target. */
export function isOnItsWay({ status }: Migration): boolean {
  return OPEN_EVACUATION.has(status) || OPEN_LIVE.has(status);
}

export function isFailedEvacuation(row: Migration): boolean {
  return row.type === 'evacuation' && FAILED.has(row.status);
}

/** `done`: runs on the target, the source not cleaned yet; `completed`: the source's nova-compute has cleaned up. */
export function isEndedWell(row: Migration): boolean {
  return row.type === 'evacuation' && (row.status === 'done' || row.status === 'completed');
}

export function highestId(rows: readonly Migration[]): number {
  return rows.reduce((highest, row) => Math.max(highest, row.id), 0);
}

/** Evacuations of a VM younger than an incident, newest first. */
export function evacuationsAfter(
  rows: readonly Migration[],
  vm: string,
  afterId: number,
): readonly Migration[] {
  return rows
    .filter((row) => row.vm === vm && row.type === 'evacuation' && row.id > afterId)
    .sort((a, b) => b.id - a.id);
}

/** What nova makes of a VM whose last evacuation failed, ERROR above all, says nothing of what the VM was. */
export function hasFailedSince(rows: readonly Migration[], vm: string, afterId: number): boolean {
  const newest = evacuationsAfter(rows, vm, afterId)[0];
  return newest !== undefined && isFailedEvacuation(newest);
}

/**
 * An evacuation of a VM that nova takes for ended while it still places the VM on the source and calls it rebuilding:
 * nova-compute of the source completes such rows when it starts, whatever their targets do, and leaves the VM as it is.
 */
export function findCutOff({ vm, host, taskState }: Server, rows: readonly Migration[]): Migration | null {
  if (taskState?.startsWith('rebuil') !== true || rows.some((row) => row.vm === vm && isOpenEvacuation(row)))
    return null;
  const newest = evacuationsAfter(rows, vm, 0)[0];
  return newest !== undefined && isEndedWell(newest) && newest.source === host ? newest : null;
}
