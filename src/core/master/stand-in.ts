/**
 * A master whose own host has an open incident stands in only because nobody else took the lease in time: its incident
 * is for another to judge and to end.
 */
import { giveBack } from '../election/elect.ts';
import { start } from '../lib/task.ts';
import { hasOpenIncident } from '../operator/own-incident.ts';
import type { Core } from '../state.ts';
import type { Mastership } from './mastership.ts';

/** Gives the lease back as soon as there is somebody to take it; true if it did. */
export function makeWay(core: Core, master: Mastership): boolean {
  if (!hasOpenIncident(core)) return false;
  const other = [...core.hosts.values()].find(
    ({ host, said }) =>
      said?.eligible === true && said.fit && master.judgements.get(host)?.verdict === 'online',
  );
  if (other === undefined) return false;
  const why = `the incident of this host is open, and ${other.host} can end it`;
  start(giveBack(core, why, 3 * core.settings.timing.leaseMs), () => true);
  return true;
}
