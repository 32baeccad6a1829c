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

/**
 * Who comes to hold it again was needed: what a host says of itself is not all that makes a master. So it leaves after
 * longer and longer times.
 */
const AGAIN_MS = 60_000;
const AGAIN_MS_MAX = 600_000;
/** For nova-compute of a host that is back to report, and its VMs to be started: a successor would have to wait for that. */
const RETURNS_MS = 60_000;
/** Half of what the start gate of a host without another master waits; see own-reboot.ts. */
const OWN_GATE_LEASES = 6;

/** Gives the lease back as soon as there is somebody to take it; true if it did. */
export function makeWay(core: Core, master: Mastership): boolean {
  const why = whyStandIn(core);
  if (why === null) core.madeWay = null;
  if (why === null || core.now < (core.madeWay?.againMs ?? 0)) return false;
  const isAtWork = [...master.incidents.values()].some(
    ({ back }) => back !== null && core.now - back.sinceMs < RETURNS_MS,
  );
  // Its own gate waits for another master, but not for ever.
  const hasTime = core.now - core.ownReboot.sinceMs < OWN_GATE_LEASES * core.settings.timing.leaseMs;
  if (isAtWork && hasTime) return false;
  const other = [...core.hosts.values()].find((evidence) => mayLead(core, master, evidence));
  if (other === undefined) return false;
  const times = (core.madeWay?.times ?? 0) + 1;
  core.madeWay = { times, againMs: core.now + Math.min(AGAIN_MS_MAX, AGAIN_MS * 2 ** (times - 1)) };
  const words = `${why}, and ${other.host} can see to it`;
  start(giveBack(core, words, 3 * core.settings.timing.leaseMs), () => true);
  return true;
}

function whyStandIn(core: Core): string | null {
  if (hasOpenIncident(core)) return 'the incident of this host is open';
  return core.ownReboot.unjudged === null ? null : 'this host has booted unannounced';
}
