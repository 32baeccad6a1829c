/** Opens an incident and sets its work going. */
import type { HostEvidence } from '../evidence/host.ts';
import { start } from '../lib/task.ts';
import { lastReport } from '../recovery/cut-off-migrations.ts';
import { createIncident, type Incident } from '../recovery/incident.ts';
import { pursue } from '../recovery/pursue.ts';
import { isActing, type Core } from '../state.ts';
import type { Facts } from '../verdict/facts.ts';
import { NO_BOOT, type BootId, type HostName, type IncidentRecord } from '../wire/records.ts';
import type { Mastership } from './mastership.ts';

/** At most this many incidents are worked on at once; further hosts wait in verdict `unknown`. */
const MAX_INCIDENTS = 64;
export const TOO_MANY_INCIDENTS = `${MAX_INCIDENTS} incidents are open already`;

/** False where no further one can be worked on. */
export function declareIncident(
  core: Core,
  master: Mastership,
  evidence: HostEvidence,
  facts: Facts,
  by: {
    /** Who vouches for it. */
    readonly confirmedBy: string | null;
    /** The boot that has ended, where the host is back with another. */
    readonly former: BootId | null;
  },
): boolean {
  const { host } = evidence;
  if (master.incidents.has(host)) return true;
  if (master.incidents.size >= MAX_INCIDENTS) return false;
  const record: IncidentRecord = {
    id: `${host}-${master.term}-${core.requests.nextId}`,
    victim: host,
    victimBoot: by.former ?? evidence.boot ?? NO_BOOT,
    term: master.term,
    // Above every record that was ever written of this host: the highest counts.
    sequence: master.sequences.get(host) ?? 0,
    phase: 'declared',
    hold: null,
    proof: null,
    confirmedBy: by.confirmedBy,
    migrationIdAtDeclaration: null,
    forcedDownBy: null,
    underWay: [],
    ordered: [],
  };
  core.outbox.push({ do: 'journal', event: 'declared', data: { ...record, facts } });
  master.declaredMs.set(host, core.now);
  work(
    core,
    master,
    host,
    createIncident(record, core.now, false, false, { reportedAt: lastReport(core.nova, host) }),
  );
  return true;
}

/** Takes up an incident, one's own or a former master's. */
export function work(core: Core, master: Mastership, victim: HostName, incident: Incident): void {
  master.incidents.set(victim, incident);
  start(
    pursue(core, master, incident),
    () => isActing(core, master) && master.incidents.get(victim) === incident,
  );
}
