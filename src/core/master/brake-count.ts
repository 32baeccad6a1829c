/** What the brake is asked with: which hosts are silent, or have just failed. */
import { plannedSilence } from '../evidence/planned-silence.ts';
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
  const silentMs = (host: HostName): number =>
    master.judgements.get(host)?.facts.silentSinceMs ?? master.sinceMs;
  const recent = [...master.declaredMs].filter(([host, atMs]) => host !== victim && isYoung(atMs));
  const domain = core.hosts.get(victim)?.said?.failureDomain ?? null;
  const inDomain = [...core.hosts.values()].filter(
    ({ said }) => domain !== null && said?.failureDomain === domain,
  );
  const silent = new Set([victim, ...undecided]);
  // Whoever fell silent at another time tells nothing of a link that all of them may have lost.
  const isAtOnce = (host: HostName): boolean =>
    isYoung(core.now - Math.abs(silentMs(host) - silentMs(victim)));
  const isSilent = (host: HostName): boolean =>
    silent.has(host) || (isFailed(master, host) && isAtOnce(host));
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
            hosts: inDomain.length + (failureDomain === domain ? 1 : 0),
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

function isFailed(master: Mastership, host: HostName): boolean {
  return master.incidents.has(host) && master.judgements.get(host)?.verdict !== 'returning';
}
