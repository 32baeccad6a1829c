/**
 * A new master's first work: after its claim is written, read all cells and slots anew, so that whatever a former
 * master's slaves still do is seen, and take up what was left open.
 */
import { forgetNetwork } from '../evidence/network-path.ts';
import { start, type Task } from '../lib/task.ts';
import { createIncident } from '../recovery/incident.ts';
import { end, endOthers, inherit, noteHeritage } from '../reports/book.ts';
import { sleep } from '../requests.ts';
import { isActing, type Core } from '../state.ts';
import type { HostName, IncidentRecord } from '../wire/records.ts';
import { work } from './declare.ts';
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
    noteDealtWith(master, record);
    endReports(core, victim);
  }
  // Its own is for another master to end.
  if (phase === 'closed' || victim === core.settings.host) return;
  core.outbox.push({ do: 'journal', event: 'adopted', data: { ...record } });
  // Whatever the former master may have sent, it has sent, and perhaps without an answer.
  const sent = phase === 'evacuating' || phase === 'returning';
  // It may be seconds old, and counts for the brake then; of one whose host has been back since, that is over.
  if (phase !== 'returning') master.declaredMs.set(victim, core.now);
  const openMs = forcedDownBy === 'vigil-asked' ? core.now + core.settings.timing.openRequestMs : 0;
  work(core, master, victim, createIncident(record, core.now, sent, true, openMs));
}

/** The last master may have closed it with a write that it did not see end. */
function endReports(core: Core, victim: HostName): void {
  const title = `the incident of ${victim} is closed`;
  endOthers(core, `incident/${victim}/`, [], () => title);
  end(core, `incident/${victim}`, title);
}
