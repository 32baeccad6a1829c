/**
 * A VM that was sent on from a host which then showed life in its old boot may still run there. Until that life is over
 * it is started nowhere anew, also when the host of its new copy dies.
 */
import { formerBootLives } from '../evidence/boots.ts';
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import type { BootId, HostName } from '../wire/records.ts';
import type { Migration } from './cloud.ts';
import type { Incident, VmWork } from './incident.ts';
import { isProvenDead } from './proven-dead.ts';
import { evacuationsAfter } from './rows.ts';

/** Moved by the incident, or about to be. */
const SENT: ReadonlySet<VmWork['state']> = new Set(['ordered', 'evacuating', 'recovered']);

export interface FirstCopies {
  /** Why it must not be started anywhere; null: nothing stands against it as long as the silent are so. */
  readonly against: string | null;
  /** Hosts on which it ran, and does not run any more if they are dead. */
  readonly silent: readonly HostName[];
}

/** Where copies of it may run, besides the host of the incident. `rows`: of that host. */
export function firstCopies(
  core: Core,
  master: Mastership,
  incident: Incident,
  vm: string,
  rows: readonly Migration[],
): FirstCopies {
  const silent: HostName[] = [];
  const own = mayRunHere(core, vm, rows);
  if (own !== null) return { against: own, silent };
  for (const other of master.incidents.values()) {
    const { record, isMovedKnown } = other;
    const { victim, victimBoot } = record;
    if (other === incident || record.phase === 'closed') continue;
    const isLive = record.hold === 'life-after-failed' || other.isProofOver;
    if (isLive && !isMovedKnown)
      return {
        against: `whether it was sent on from ${victim}, which lives, nova has still to tell`,
        silent,
      };
    if (!wasSentFrom(other, vm, rows)) continue;
    if (isLive) return { against: secondCopyWords(victim), silent };
    if (isProvenDead(core, master, victim)) silent.push(victim);
    else if (!hasEnded(core, victim, victimBoot))
      return { against: `it was sent on from ${victim}, of which it is not certain that it is dead`, silent };
  }
  return { against: null, silent };
}

function wasSentFrom({ record, vms }: Incident, vm: string, rows: readonly Migration[]): boolean {
  const work = vms.get(vm);
  if (work !== undefined && (SENT.has(work.state) || work.settledElsewhere)) return true;
  // A later master knows it by nova's records alone.
  return isFrom(record, vm, rows);
}

type FromHost = Pick<Incident['record'], 'victim' | 'migrationIdAtDeclaration'>;

const isFrom = (
  { victim, migrationIdAtDeclaration }: FromHost,
  vm: string,
  rows: readonly Migration[],
): boolean =>
  evacuationsAfter(rows, vm, migrationIdAtDeclaration ?? 0).some(({ source }) => source === victim);

/** An incident of the master's own host is nobody's work as long as it is master, and the life that it is about goes on. */
function mayRunHere({ ownIncident, settings }: Core, vm: string, rows: readonly Migration[]): string | null {
  if (ownIncident === null || ownIncident === 'unread' || ownIncident.phase === 'closed') return null;
  const isLive = ownIncident.victimBoot === settings.boot || ownIncident.hold === 'life-after-failed';
  return isLive && isFrom(ownIncident, vm, rows) ? secondCopyWords(settings.host) : null;
}

/** With the boot in which it ran there. */
function hasEnded({ hosts, settings, now }: Core, host: HostName, boot: BootId): boolean {
  const evidence = hosts.get(host);
  if (evidence === undefined || evidence.boot === null) return false;
  return evidence.boot !== boot && !formerBootLives(evidence, settings.timing, now);
}

const secondCopyWords = (host: HostName): string =>
  `it was sent on from ${host}, which lives, and may run there: see to that, then reboot ${host}`;
