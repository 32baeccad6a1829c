/** Reading nova's migration records: the only signal that tells how an evacuation goes. */
import type { Migration } from './cloud.ts';

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

export function isOpenLiveMigration(row: Migration): boolean {
  return row.type === 'live-migration' && OPEN_LIVE.has(row.status);
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
