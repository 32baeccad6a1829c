/**
 * A VM that was sent on from a host which then showed life in its old boot may still run there. Until that life is over
 * it is started nowhere anew, also when the host of its new copy dies.
 */
import type { Mastership } from '../master/mastership.ts';
import type { HostName } from '../wire/records.ts';
import type { Migration } from './cloud.ts';
import type { Incident, VmWork } from './incident.ts';
import { evacuationsAfter } from './rows.ts';

/** Moved by the incident, or about to be. */
const SENT: ReadonlySet<VmWork['state']> = new Set(['ordered', 'evacuating', 'recovered']);

/** Where its first copy may run, besides the host of the incident; null: nowhere. */
export function mayStillRunOn(
  master: Mastership,
  incident: Incident,
  vm: string,
  rows: readonly Migration[],
): HostName | null {
  for (const other of master.incidents.values()) {
    if (other === incident || other.record.hold !== 'life-after-failed') continue;
    const { victim, migrationIdAtDeclaration } = other.record;
    const wasSent = SENT.has(other.vms.get(vm)?.state ?? 'waiting');
    // A later master knows it by nova's records alone.
    const evacuations = evacuationsAfter(rows, vm, migrationIdAtDeclaration ?? 0);
    if (wasSent || evacuations.some(({ source }) => source === victim)) return victim;
  }
  return null;
}

export const secondCopyWords = (host: HostName): string =>
  `it was sent on from ${host}, which lives, and may run there: see to that, then reboot ${host}`;
