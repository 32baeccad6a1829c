/**
 * A VM that was sent on from a host which then showed life in its old boot may still run there. Until that life is over
 * it is started nowhere anew, also when the host of its new copy dies.
 */
import { all, type Task } from '../lib/task.ts';
import type { Mastership } from '../master/mastership.ts';
import { isActing, type Core } from '../state.ts';
import type { HostName, IncidentPhase } from '../wire/records.ts';
import type { Migration } from './cloud.ts';
import type { Incident, VmWork } from './incident.ts';
import { learnSentOn } from './moved.ts';
import { isProvenDead } from './proven-dead.ts';
import { evacuationsAfter } from './rows.ts';
import { hasBootedSince } from './under-way.ts';

/** Moved by the incident, or about to be. */
const SENT: ReadonlySet<VmWork['state']> = new Set(['ordered', 'evacuating', 'recovered']);

/** Nothing is sent before. */
const SENDS: ReadonlySet<IncidentPhase> = new Set(['evacuating', 'returning']);

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
  for (const other of others(master, incident)) {
    const { record, isMovedKnown } = other;
    const { victim, victimBoot } = record;
    const isLive = mayLive(core, other);
    if (!isMovedKnown && (isLive || !hasBootedSince(core, victim, victimBoot)))
      return {
        against: `whether it was sent on from ${victim}, which may live, nova has still to tell`,
        silent,
      };
    if (!wasSentFrom(other, vm, rows)) continue;
    if (isLive) return { against: secondCopyWords(victim), silent };
    if (isProvenDead(core, master, victim)) silent.push(victim);
    else if (!hasBootedSince(core, victim, victimBoot))
      return { against: `it was sent on from ${victim}, of which it is not certain that it is dead`, silent };
  }
  return { against: null, silent };
}

/** Before anything is decided that depends on it: which VMs were sent on in incidents whose own rounds have not got there yet. */
export function* learnCopies(core: Core, master: Mastership, incident: Incident): Task<void> {
  const unknown = others(master, incident).filter(({ isMovedKnown }) => !isMovedKnown);
  yield* all(
    unknown.map((other) => learnSentOn(core, master, other)),
    () => isActing(core, master),
  );
}

/** One of the master's own host is nobody's work as long as it is master. */
function others({ incidents, ownIncident }: Mastership, incident: Incident): readonly Incident[] {
  const known = [...(ownIncident === null ? [] : [ownIncident]), ...incidents.values()];
  return known.filter((other) => other !== incident && SENDS.has(other.record.phase));
}

/** In the boot that was called failed. */
function mayLive({ settings }: Core, { record, isProofOver }: Incident): boolean {
  if (record.victim === settings.host) return record.victimBoot === settings.boot;
  return record.hold === 'life-after-failed' || isProofOver;
}

function wasSentFrom({ record, vms }: Incident, vm: string, rows: readonly Migration[]): boolean {
  const work = vms.get(vm);
  if (work !== undefined && (SENT.has(work.state) || work.settledElsewhere)) return true;
  // A later master knows it by nova's records alone.
  const { victim, migrationIdAtDeclaration } = record;
  return evacuationsAfter(rows, vm, migrationIdAtDeclaration ?? 0).some(({ source }) => source === victim);
}

const secondCopyWords = (host: HostName): string =>
  `it was sent on from ${host}, which lives, and may run there: see to that, then reboot ${host}`;
