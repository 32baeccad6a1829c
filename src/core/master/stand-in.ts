/**
 * A master whose own host has an open incident, or has booted and not been judged since, stands in only because nobody
 * else took the lease in time: that is for another to judge and to end.
 */
import { giveBack } from '../election/elect.ts';
import { start } from '../lib/task.ts';
import { hasOpenIncident } from '../operator/own-incident.ts';
import type { Core } from '../state.ts';
import type { Mastership } from './mastership.ts';
import { mayLead } from './may-lead.ts';

/** Gives the lease back as soon as there is somebody to take it; true if it did. */
export function makeWay(core: Core, master: Mastership): boolean {
  const why = whyStandIn(core);
  if (why === null) return false;
  const other = [...core.hosts.values()].find((evidence) => mayLead(core, master, evidence));
  if (other === undefined) return false;
  const words = `${why}, and ${other.host} can see to it`;
  start(giveBack(core, words, 3 * core.settings.timing.leaseMs), () => true);
  return true;
}

function whyStandIn(core: Core): string | null {
  if (hasOpenIncident(core)) return 'the incident of this host is open';
  return core.ownReboot.unjudged === null ? null : 'this host has booted unannounced';
}
