/**
 * What a master does about hosts that fall silent: asks nova for nova-compute's reports, probes them, has neighbours
 * probe them. Only on suspicion, so that a healthy cluster carries heartbeats and nothing else.
 */
import { chooseNeighbours, probe, reachableHosts, type Neighbour } from '../link/link.ts';
import { start, type Task } from '../lib/task.ts';
import { noteServices } from '../evidence/nova-witness.ts';
import { networkOf, type HostEvidence } from '../evidence/host.ts';
import type { ProbeTarget } from '../input.ts';
import { askCloud } from '../recovery/ask-cloud.ts';
import { request } from '../requests.ts';
import { isActing, type Core } from '../state.ts';
import type { HostName, ProbeAnswer } from '../wire/records.ts';
import type { Mastership } from './mastership.ts';

/** Probes under way at once, the helpers' included; further hosts wait for the next tick. */
export const MAX_PROBES_AT_ONCE = 256;
/** Neighbours asked about one host. */
const NEIGHBOURS_ASKED = 4;
/** Reads of nova's service list while the silent are all judged are this far apart; before that, one a beat. */
const NOVA_READ_IDLE_MS = 10_000;

/** Each tick, for a master: the first read of nova after a loss starts the clock of its witness. */
export function suspect(core: Core, master: Mastership): void {
  const { timing } = core.settings;
  const silent: HostEvidence[] = [];
  for (const evidence of core.hosts.values()) if (isSilent(core, evidence)) silent.push(evidence);
  master.wantsOwnView = silent.length > 0;
  if (silent.length > 0)
    readServices(
      core,
      silent.some((evidence) => isUndecided(master, evidence)) ? timing.beatMs : NOVA_READ_IDLE_MS,
    );
  let reachable: readonly Neighbour[] | null = null;
  // Where they are too many to be probed at once, each has its turn.
  const probedMs = ({ probes }: HostEvidence): number => probes.get(core.settings.host)?.begunMs ?? -Infinity;
  for (const evidence of silent.toSorted((a, b) => probedMs(a) - probedMs(b))) {
    if (networkOf(evidence, timing, core.now) !== 'lost') continue;
    if (master.probing.size >= MAX_PROBES_AT_ONCE) return;
    const own = evidence.probes.get(core.settings.host);
    if (own !== undefined && core.now - own.begunMs < timing.probeMs) continue;
    reachable ??= reachableHosts(core);
    probeRound(core, master, evidence, reachable);
  }
}

function isUndecided(master: Mastership, { host }: HostEvidence): boolean {
  if (master.judgements.get(host)?.verdict === 'maintenance') return false;
  const phase = master.incidents.get(host)?.record.phase;
  return phase === undefined || phase === 'declared' || phase === 'proving';
}

function isSilent(core: Core, evidence: HostEvidence): boolean {
  const heardMs = evidence.network.heardMs ?? evidence.network.askedMs;
  return heardMs !== null && core.now - heardMs >= core.settings.timing.suspectMs;
}

/** A read of nova's service list, unless one is under way or fresh; candidates without a master read it too. */
export function readServices(core: Core, everyMs: number): void {
  const { nova } = core;
  if (nova.reading || (nova.lastTryMs !== null && core.now - nova.lastTryMs < everyMs)) return;
  nova.reading = true;
  nova.lastTryMs = core.now;
  start(readServicesOnce(core), () => true);
}

function* readServicesOnce(core: Core): Task<void> {
  const { nova } = core;
  const begunMs = core.now;
  const answer = yield* askCloud(core, { call: 'list-services' });
  nova.reading = false;
  if (answer.ok) {
    nova.failure = null;
    noteServices(nova, answer.value, begunMs, core.now);
  } else {
    nova.failure = answer.failure.detail;
  }
}

/** Its own probe and those of its helpers go their own ways: one that is never answered must not silence the others. */
function probeRound(
  core: Core,
  master: Mastership,
  evidence: HostEvidence,
  reachable: readonly Neighbour[],
): void {
  const { host, said } = evidence;
  if (said === null) return;
  const target = { host, ip: said.address.ip, apiPort: said.address.apiPort };
  const helpers = chooseNeighbours(reachable, host)
    .filter((neighbour) => hearsNow(core, neighbour.host))
    .slice(0, NEIGHBOURS_ASKED);
  const live = (): boolean => isActing(core, master);
  start(noteAnswer(core, master, evidence, core.settings.host, probe(core, target)), live);
  for (const via of helpers)
    start(noteAnswer(core, master, evidence, via.host, askProbe(core, via, target)), live);
}

function* noteAnswer(
  core: Core,
  master: Mastership,
  evidence: HostEvidence,
  by: HostName,
  asked: Task<ProbeAnswer | null>,
): Task<void> {
  const key = `${evidence.host} by ${by}`;
  if (master.probing.has(key)) return;
  master.probing.add(key);
  const begunMs = core.now;
  const answer = yield* asked;
  if (answer !== null) evidence.probes.set(by, { answer, begunMs });
  master.probing.delete(key);
}

function* askProbe(core: Core, via: Neighbour, target: ProbeTarget): Task<ProbeAnswer | null> {
  const { probeMs, beatMs } = core.settings.timing;
  const deadlineMs = probeMs + beatMs;
  const result = yield* request(core, { do: 'ask-probe', via, target, deadlineMs }, deadlineMs);
  return result?.answer ?? null;
}

function hearsNow(core: Core, host: HostName): boolean {
  const evidence = core.hosts.get(host);
  return evidence !== undefined && networkOf(evidence, core.settings.timing, core.now) === 'fresh';
}
