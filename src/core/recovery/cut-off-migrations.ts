/**
 * A live migration that nova calls failed may have ended on its target all the same: the hypervisors go on while nova-compute
 * of the source is away, and as it starts it gives up what it finds under way (nova/compute/manager.py
 * `_reset_live_migration`). Soon after that it misses the guest, and calls the VM stopped (`_sync_power_states`). So one that
 * still is what it was, so much later, has its guest on the source.
 */
import type { NovaWitness } from '../evidence/nova-witness.ts';
import type { HostName } from '../wire/records.ts';
import type { Migration, Server } from './cloud.ts';
import { novaTimeMs } from './nova-time.ts';

/** Its first look comes within a minute of its start; the next ones every ten minutes. */
const MISSED_WITHIN_MS = 900_000;
const UNCLEAR = new Set(['error', 'failed']);

/**
 * When nova-compute of this host reported last, by nova. Null: nobody has asked, or somebody has touched its service since,
 * for whoever forces it down or disables it changes its time stamp, too.
 */
export function lastReport({ services }: NovaWitness, host: HostName): string | null {
  const service = services.find((known) => known.host === host);
  return service === undefined || service.forcedDown || service.status === 'disabled'
    ? null
    : service.updatedAt;
}

/** Is the newest record of the VM one of a live migration that failed? */
export function lastFailedMigration(vm: string, rows: readonly Migration[]): Migration | null {
  const newest = rows
    .filter((row) => row.vm === vm)
    .reduce<Migration | null>((a, b) => (a === null || b.id > a.id ? b : a), null);
  return newest?.type === 'live-migration' && UNCLEAR.has(newest.status) ? newest : null;
}

/**
 * By VM: the record by which it may run elsewhere. `reportedAt`: of nova-compute of its host, before that could start again.
 * Two time stamps of nova are compared here, and only to hold: what cannot be read holds, too.
 */
export function cutOffMigrations(
  servers: readonly Server[],
  rows: readonly Migration[],
  reportedAt: string | null,
): ReadonlyMap<string, Migration> {
  const reportedMs = novaTimeMs(reportedAt);
  const found = new Map<string, Migration>();
  for (const { vm } of servers) {
    const row = lastFailedMigration(vm, rows);
    const failedMs = row === null ? null : novaTimeMs(row.updatedAt);
    const isMissed = failedMs !== null && reportedMs !== null && reportedMs - failedMs >= MISSED_WITHIN_MS;
    if (row !== null && !isMissed) found.set(vm, row);
  }
  return found;
}
