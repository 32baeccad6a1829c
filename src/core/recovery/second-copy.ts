/**
 * A VM that was sent on from a host which then showed life in its old boot may still run there. Until that life is over
 * it is started nowhere anew, also when the host of its new copy dies.
 */
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import type { HostName } from '../wire/records.ts';
import type { Migration } from './cloud.ts';
import type { Incident, VmWork } from './incident.ts';
import { evacuationsAfter } from './rows.ts';

type Known = Pick<Incident, 'record' | 'vms' | 'isProofOver'>;
/** Moved by the incident, or about to be. */
const SENT: ReadonlySet<VmWork['state']> = new Set(['ordered', 'evacuating', 'recovered']);

/** Where its first copy may run, besides the host of the incident; null: nowhere. */
export function mayStillRunOn(
  core: Core,
  master: Mastership,
  incident: Incident,
  vm: string,
  rows: readonly Migration[],
): HostName | null {
  // One of the master's own host is nobody's work as long as it is master.
  const { ownIncident } = core;
  const own: readonly Known[] =
    ownIncident === null || ownIncident === 'unread'
      ? []
      : [{ record: ownIncident, vms: new Map(), isProofOver: false }];
  const known: readonly Known[] = [...master.incidents.values(), ...own];
  for (const other of known) {
    if (other === incident) continue;
    const { record, vms, isProofOver } = other;
    if ((record.hold !== 'life-after-failed' && !isProofOver) || record.phase === 'closed') continue;
    const { victim, migrationIdAtDeclaration } = record;
    const wasSent = SENT.has(vms.get(vm)?.state ?? 'waiting');
    // A later master knows it by nova's records alone.
    const evacuations = evacuationsAfter(rows, vm, migrationIdAtDeclaration ?? 0);
    if (wasSent || evacuations.some(({ source }) => source === victim)) return victim;
  }
  return null;
}

export const secondCopyWords = (host: HostName): string =>
  `it was sent on from ${host}, which lives, and may run there: see to that, then reboot ${host}`;
