/**
 * The slave's side of the network: heartbeats to the master, its echoes, and what the slave does when they stop
 * coming: probe neighbours and isolation addresses, and say in its slot what it hears.
 */
import type { Effect } from '../effect.ts';
import { NO_NONCE } from '../evidence/network-path.ts';
import { isUnfit } from '../evidence/observer.ts';
import { all, start, type Task } from '../lib/task.ts';
import type { ProbeTarget } from '../input.ts';
import { request } from '../requests.ts';
import type { Core } from '../state.ts';
import type { Announce, Echo } from '../wire/datagram.ts';
import { fitHeartbeat } from '../wire/fit.ts';
import {
  MAX_NEIGHBOURS_IN_VIEW,
  type AgentAddress,
  type HostName,
  type ProbeAnswer,
  type Term,
  type View,
} from '../wire/records.ts';
import { viewOfVolumes } from '../volumes.ts';

export interface Link {
  master: { readonly host: HostName; readonly address: AgentAddress; readonly term: Term } | null;
  /** When the master's last echo came, and which of our heartbeats it answered. */
  echoMs: number | null;
  /** When a master last spoke to this host with its key. */
  provenMs: number | null;
  /** Since when a master is known, or this agent runs: nobody is missed before. */
  sinceMs: number | null;
  counter: number;
  nonce: string;
  neighbours: View['neighbours'];
  isolation: View['isolation'];
  probedMs: number | null;
  probing: boolean;
}

export function createLink(): Link {
  return {
    master: null,
    echoMs: null,
    provenMs: null,
    sinceMs: null,
    counter: 0,
    nonce: NO_NONCE,
    neighbours: [],
    isolation: [],
    probedMs: null,
    probing: false,
  };
}

/** An answer within the network bound. A master hears itself. */
export function hearsMaster(core: Core): boolean {
  if (core.master !== null) return true;
  const { echoMs, master } = core.link;
  return master !== null && echoMs !== null && core.now - echoMs < core.settings.timing.networkLostMs;
}

/** For how long no master has answered. */
export function missesMasterMs(core: Core): number {
  if (core.master !== null) return 0;
  return core.now - (core.link.echoMs ?? core.link.sinceMs ?? core.now);
}

/** Could it take the lease, and does it hear anybody at all? Whoever does not would make a poor master. */
export function isFit(core: Core): boolean {
  const { link, settings, observer, now } = core;
  if (!settings.eligible || core.maintenance.declared !== null) return false;
  if (isUnfit(observer, settings.timing, now) || !core.coordination.lease.hasPlace(core)) return false;
  if (hearsMaster(core) && core.master === null) return true;
  if (link.probedMs === null) return core.hosts.size === 0;
  return (
    link.neighbours.some(({ answer }) => answer !== 'none') || link.isolation.some(({ answered }) => answered)
  );
}

export function ownView(core: Core): View {
  const { link, settings, volumes, now } = core;
  return {
    master: hearsMaster(core) ? (core.master === null ? (link.master?.host ?? null) : settings.host) : null,
    neighbours: link.neighbours,
    isolation: link.isolation,
    volumes: viewOfVolumes(volumes.values(), settings.timing.beatMs, now),
  };
}

/** One heartbeat to whoever is master as far as this host knows. */
export function sendHeartbeat(core: Core): void {
  const { link } = core;
  followHolder(core);
  link.sinceMs ??= core.now;
  if (link.master === null || core.master !== null) return;
  link.counter += 1;
  core.outbox.push(heartbeatTo(core, link.master.host, link.master.address, link.counter));
}

export function heartbeatTo(core: Core, host: HostName, to: AgentAddress, counter: number): Effect {
  const { link, settings } = core;
  return {
    do: 'send',
    to,
    host,
    datagram: {
      kind: 'heartbeat',
      cluster: settings.clusterHash,
      host: settings.host,
      boot: settings.boot,
      agent: settings.agent,
      counter,
      term: core.termSeen,
      nonce: link.nonce,
      echoedCounter: 0,
      leaving: core.leaving !== null,
      body: fitHeartbeat(settings.host, {
        view: ownView(core),
        address: settings.address,
        eligible: settings.eligible,
        role: settings.role,
        leaving: core.leaving,
        timing: {
          beatMs: settings.timing.beatMs,
          networkLostMs: settings.timing.networkLostMs,
          volumeLostMs: settings.timing.volumeLostMs,
        },
      }),
    },
  };
}

/** The lease tells who holds it, even to a host that was never announced to. */
function followHolder(core: Core): void {
  const { link } = core;
  const { timing, host } = core.settings;
  const holder = core.coordination.lease.holder(core);
  if (holder === null) return;
  if (holder.authentic) core.termSeen = Math.max(core.termSeen, holder.term);
  // Better than nothing, but anybody may have written it: a master that proves itself comes first.
  else if (link.provenMs !== null && core.now - link.provenMs < timing.networkLostMs) return;
  if (holder.host === host || holder.term < core.termSeen) return;
  if (core.now - holder.movedMs < timing.leaseMs) follow(core, holder.host, holder.address, holder.term);
}

function follow(core: Core, host: HostName, address: AgentAddress, term: Term): void {
  const { link } = core;
  if (link.master?.host === host && link.master.term === term) return;
  link.master = { host, address, term };
  link.sinceMs = core.now;
  link.echoMs = null;
  link.nonce = NO_NONCE;
}

/** Echoes older than this many of our heartbeats prove nothing about now. */
const ECHO_BEATS = 4;

/** An echo or announcement, authentic by our own key. */
export function hearMaster(core: Core, datagram: Echo | Announce): void {
  const { link, settings } = core;
  if (datagram.term < core.termSeen || datagram.host === settings.host) return;
  if (datagram.kind === 'announce') {
    noteProven(core, datagram.term);
    follow(core, datagram.host, datagram.body.address, datagram.term);
    return;
  }
  const recent = datagram.echoedCounter <= link.counter && link.counter - datagram.echoedCounter < ECHO_BEATS;
  if (link.master?.host !== datagram.host || !recent) return;
  noteProven(core, datagram.term);
  link.nonce = datagram.nonce;
  link.echoMs = core.now;
}

/** A master has proved with this host's key that it has this term. */
function noteProven(core: Core, term: Term): void {
  core.termSeen = Math.max(core.termSeen, term);
  core.link.provenMs = core.now;
}

/** While the master is missed, probes neighbours and isolation addresses, one round after the other. */
export function probeWhileMissing(core: Core): void {
  const { link, settings } = core;
  const { timing } = settings;
  const needed =
    core.master === null ? missesMasterMs(core) >= timing.networkLostMs : core.master.wantsOwnView;
  if (!needed) {
    // A new master that is not heard yet may hear none of those that this host does: they are told of until it answers.
    if (link.probedMs !== null && hearsMaster(core))
      Object.assign(link, { neighbours: [], isolation: [], probedMs: null });
    return;
  }
  if (link.probing || (link.probedMs !== null && core.now - link.probedMs < timing.probeMs)) return;
  link.probing = true;
  start(probeRound(core), () => true);
}

function* probeRound(core: Core): Task<void> {
  const { link, settings } = core;
  const targets = chooseNeighbours(whomToAsk(core), settings.host);
  const isolation = settings.isolationAddresses;
  const answers = yield* all(
    [
      ...targets.map(({ host, address }) => probe(core, { host, ip: address.ip, apiPort: address.apiPort })),
      ...isolation.map((address) => probe(core, { isolation: address })),
    ],
    () => true,
  );
  // What could not be tried is left out: it says nothing about anybody.
  link.neighbours = targets.flatMap(({ host }, i) => {
    const answer = answers[i] ?? null;
    return answer === null ? [] : [{ host, answer }];
  });
  link.isolation = isolation.flatMap((address, i) => {
    const answer = answers[targets.length + i] ?? null;
    return answer === null ? [] : [{ address, answered: answer !== 'none' }];
  });
  link.probedMs = core.now;
  link.probing = false;
}

/** Null: it could not be tried, or its driver did not answer. */
export function* probe(core: Core, target: ProbeTarget): Task<ProbeAnswer | null> {
  const { probeMs, beatMs } = core.settings.timing;
  const result = yield* request(core, { do: 'probe', target, deadlineMs: probeMs }, probeMs + beatMs);
  return result?.answer ?? null;
}

export interface Neighbour {
  readonly host: HostName;
  readonly address: AgentAddress;
}

/** A host that has read nobody's slot yet knows of the master it followed, and that one alone. */
function whomToAsk(core: Core): readonly Neighbour[] {
  const { master } = core.link;
  const reachable = reachableHosts(core);
  return reachable.length > 0 || master === null ? reachable : [master];
}

/** All that have told where they are, in the order of names. */
export function reachableHosts(core: Core): readonly Neighbour[] {
  return [...core.hosts.values()]
    .flatMap(({ host, said }) => (said === null ? [] : [{ host, address: said.address }]))
    .sort((a, b) => (a.host < b.host ? -1 : 1));
}

/** Near and far: the next hosts in the order of names, and ones spread over the rest. */
export function chooseNeighbours(reachable: readonly Neighbour[], not: HostName): readonly Neighbour[] {
  const known = reachable.filter(({ host }) => host !== not);
  if (known.length <= MAX_NEIGHBOURS_IN_VIEW) return known;
  const at = known.findIndex(({ host }) => host > not);
  const stride = known.length / MAX_NEIGHBOURS_IN_VIEW;
  return Array.from(
    { length: MAX_NEIGHBOURS_IN_VIEW },
    (_, i) => known[Math.floor(at + i * stride + known.length) % known.length],
  ).filter((neighbour) => neighbour !== undefined);
}
