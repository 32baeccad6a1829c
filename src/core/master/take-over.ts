/**
 * A new master's first work: after its claim is written, read all cells and slots anew, so that whatever a former
 * master's slaves still do is seen, and take up what was left open.
 */
import { forgetNetwork } from '../evidence/network-path.ts';
import { start, type Task } from '../lib/task.ts';
import { createIncident } from '../recovery/incident.ts';
import { unansweredMs } from '../recovery/still-sent.ts';
import { endIncidentReports, endOthers, endReportsOf, inherit, noteHeritage } from '../reports/book.ts';
import { sleep } from '../requests.ts';
import { isActing, type Core } from '../state.ts';
import type { HostName, IncidentRecord } from '../wire/records.ts';
import { work } from './declare.ts';
import { isOverSince } from './life-signs.ts';
import { noteDealtWith, type Mastership } from './mastership.ts';

export function takeOver(core: Core, master: Mastership): void {
  noteHeritage(core, core.coordination.lease.heritage(core));
  inherit(core, master);
  for (const { network } of core.hosts.values()) forgetNetwork(network);
  const { host } = core.settings;
  endOthers(core, `host/${host}/`, [], () => `${host} is the master now`);
  start(adopt(core, master), () => isActing(core, master));
}

function* adopt(core: Core, master: Mastership): Task<void> {
  const live = (): boolean => isActing(core, master);
  for (;;) {
    const records = yield* core.coordination.incidents.takeUp(core, live);
    if (records !== null) {
      for (const record of records) adoptIncident(core, master, record);
      endReportsWithoutIncident(core, master);
      master.holds.delete('not-adopted');
      master.adopted = true;
      return;
    }
    master.holds.set(
      'not-adopted',
      'the incidents and intents of the former master cannot be read on a majority of lease volumes',
    );
    yield* sleep(core, core.settings.timing.beatMs);
  }
}

function adoptIncident(core: Core, master: Mastership, record: IncidentRecord): void {
  const { victim, phase, forcedDownBy } = record;
  master.sequences.set(victim, record.sequence);
  if (phase === 'closed') {
    // The last master may have closed it with a write that it did not see end.
    noteDealtWith(master, record);
    endIncidentReports(core, victim, `the incident of ${victim} is closed`);
    return;
  }
  const untilMs = core.now + unansweredMs(core.settings);
  if (mayHaveOpenStarts(record)) master.openStarts.noteFormer(victim, untilMs);
  // Whatever the former master may have sent, it has sent, and perhaps without an answer.
  const sent = phase === 'evacuating' || phase === 'returning';
  const forceDownOpenMs = forcedDownBy === 'vigil-asked' ? untilMs : 0;
  const incident = createIncident(record, core.now, sent, true, { forceDownOpenMs });
  if (victim === core.settings.host) {
    master.ownIncident = incident;
    return;
  }
  core.outbox.push({ do: 'journal', event: 'adopted', data: { ...record } });
  // It may be seconds old, and counts for the brake then; of one whose host has been back since, that is over.
  if (phase !== 'returning') master.declaredMs.set(victim, core.now);
  incident.isProofOver ||= isOverSince(core, master, record);
  work(core, master, victim, incident);
}

/** Of a host that was freed since, and has booted again, no record tells any more. */
function endReportsWithoutIncident(core: Core, master: Mastership): void {
  // Those that are unknown by now: see below.
  const told = [...core.reports.open.keys()].map((cause) => /^incident\/([^/]+)/.exec(cause)?.[1]);
  const { host } = core.settings;
  const isOpen = (victim: HostName): boolean =>
    victim === host ? master.ownIncident !== null : master.incidents.has(victim);
  for (const victim of new Set(told))
    if (victim !== undefined && (victim === host || core.hosts.has(victim)) && !isOpen(victim))
      endIncidentReports(core, victim, `no incident of ${victim} is open any more`);
}

/** Signs of life stand where `start-open` may have stood. */
const mayHaveOpenStarts = ({ phase, hold }: IncidentRecord): boolean =>
  phase === 'returning' ||
  (hold !== null && ['start-open', 'life-signs', 'life-after-failed'].includes(hold));

/** Once, of hosts that were freed while there was no master. Whose slot is damaged may be anybody. */
export function endReportsOfFreed(core: Core, master: Mastership): void {
  if (master.freedAreTold || core.now < master.blindUntilMs) return;
  if ([...core.volumes.values()].some(({ damagedSlots }) => damagedSlots.size > 0)) return;
  master.freedAreTold = true;
  const told = [...core.reports.open.keys()].map((cause) => /^(?:host|incident)\/([^/]+)/.exec(cause)?.[1]);
  for (const host of new Set(told))
    if (host !== undefined && host !== core.settings.host && !core.hosts.has(host))
      endReportsOf(core, host, `${host} was removed from the cluster`);
}
