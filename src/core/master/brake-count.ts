/** What the brake is asked with: which hosts are silent, or have just failed. */
import { plannedSilence } from '../evidence/planned-silence.ts';
import type { Incident } from '../recovery/incident.ts';
import { hasNewLife } from '../recovery/life.ts';
import type { Core } from '../state.ts';
import type { BrakeCount } from '../verdict/brake.ts';
import type { Verdict } from '../verdict/verdict.ts';
import type { HostName } from '../wire/records.ts';
import type { Mastership } from './mastership.ts';

const JUDGED: ReadonlySet<Verdict> = new Set([
  'isolated',
  'partitioned',
  'agent-down',
  'stopped',
  'maintenance',
  'online',
  'degraded',
  'returning',
  'failed',
]);

/** The victim itself is always counted, once. */
export function countForBrake(core: Core, master: Mastership, victim: HostName): BrakeCount {
  const { timing, failureDomain } = core.settings;
  const isYoung = (sinceMs: number): boolean => core.now - sinceMs < timing.brakeWindowMs;
  const undecided = [...core.hosts.keys()].filter(
    (host) => host !== victim && isUndecided(core, master, host),
  );
  const silentMs = (host: HostName): number => silentSinceMs(core, master, host);
  const recent = [...master.declaredMs].filter(([host, atMs]) => host !== victim && isYoung(atMs));
  const domain = core.hosts.get(victim)?.said?.failureDomain ?? null;
  const inDomain = [...core.hosts.values()].filter(
    ({ said }) => domain !== null && said?.failureDomain === domain,
  );
  const silent = new Set([victim, ...undecided]);
  // Whoever fell silent at another time tells nothing of a link that all of them may have lost.
  const isAtOnce = (host: HostName): boolean =>
    Math.abs(silentMs(host) - silentMs(victim)) < timing.brakeWindowMs &&
    ![host, victim].some((one) => isOfLongAgo(core, master, one));
  const isSilent = (host: HostName): boolean =>
    silent.has(host) || (isFailed(master, host) && isAtOnce(host));
  // One that died long ago is no witness that its domain is not cut off.
  const isGone = (host: HostName): boolean =>
    host !== victim && !isSilent(host) && (isFailed(master, host) || isAway(master, host));
  return {
    clusterHosts: core.hosts.size + 1,
    undecided,
    undecidedLately: undecided.filter((host) => isYoung(silentMs(host))),
    recentIncidents: recent.map(([host]) => host),
    domain:
      domain === null
        ? null
        : {
            name: domain,
            hosts: inDomain.filter(({ host }) => !isGone(host)).length + (failureDomain === domain ? 1 : 0),
            silent: inDomain.filter(({ host }) => isSilent(host)).length,
          },
  };
}

/** Silent on the network, and nobody knows yet whether it lives. */
function isUndecided(core: Core, master: Mastership, host: HostName): boolean {
  const judgement = master.judgements.get(host);
  const evidence = core.hosts.get(host);
  if (judgement === undefined || evidence === undefined || judgement.facts.network !== 'lost') return false;
  const incident = master.incidents.get(host);
  if (incident === undefined) return !JUDGED.has(judgement.verdict);
  // The verdict is on the life that its incident was opened for. It has been back since, and may live on.
  const { storage, witness } = judgement.facts;
  const isHeard = storage === 'fresh' || witness !== 'none-alive';
  return !isHeard && hasNewLife(incident, evidence.boot) && plannedSilence(evidence, core.now) === null;
}

/**
 * Its silence began no later than this. The clocks of all hosts start anew when their observer was late; of one that has
 * shown no life since its incident was opened, that tells nothing new.
 */
function silentSinceMs(core: Core, master: Mastership, host: HostName): number {
  const seenMs = master.judgements.get(host)?.facts.silentSinceMs ?? master.sinceMs;
  const incident = silentIncident(core, master, host);
  return incident === null ? seenMs : Math.min(seenMs, incident.declaredMs);
}

/** The incident of this very silence. */
function silentIncident(core: Core, master: Mastership, host: HostName): Incident | null {
  const incident = master.incidents.get(host);
  const { boot = null, bootLifeMs = null } = core.hosts.get(host) ?? {};
  if (incident === undefined || hasNewLife(incident, boot)) return null;
  return bootLifeMs !== null && bootLifeMs > incident.declaredMs ? null : incident;
}

/**
 * When a host fell silent that a former master has declared failed, nobody knows any more. That its silence was taken for a
 * proof, the brake has let pass: it was not that of all. So it counts for the minute in which it counts as recent, too.
 */
function isOfLongAgo(core: Core, master: Mastership, host: HostName): boolean {
  const incident = silentIncident(core, master, host);
  if (incident === null || !incident.adopted || incident.beforeAgain !== null) return false;
  const { proof, hold } = incident.record;
  const isYoung = core.now - incident.declaredMs < core.settings.timing.brakeWindowMs;
  return proof === 'silence' && hold !== 'life-after-failed' && !isYoung;
}

/** Silent on the network, as it was announced or planned. */
function isAway(master: Mastership, host: HostName): boolean {
  const judgement = master.judgements.get(host);
  if (judgement === undefined || judgement.facts.network === 'fresh') return false;
  return judgement.verdict === 'stopped' || judgement.verdict === 'maintenance';
}

function isFailed(master: Mastership, host: HostName): boolean {
  return master.incidents.has(host) && master.judgements.get(host)?.verdict !== 'returning';
}
