/** A simulated host: power, boot, clock, agent, beats and nova-compute, each with a life of its own. */
import type { Input } from '../src/core/input.ts';
import type { Settings } from '../src/core/settings.ts';
import type { Core } from '../src/core/state.ts';
import { checkTiming, deriveTiming, type Timing } from '../src/core/timing/timing.ts';
import type { Cluster, HostSpec } from './cluster.ts';
import { FIRST_SIDE } from './network.ts';
import type { SlotWords } from './volume.ts';

export interface SimHost {
  readonly name: string;
  /** 1 for `h1`. */
  readonly number: number;
  readonly spec: HostSpec;
  readonly ip: string;
  /** A second machine under the name of a host: see clones.ts. */
  readonly isClone: boolean;
  power: boolean;
  /** A kernel that hangs: nothing of it runs, but it has not lost anything. */
  frozen: boolean;
  boots: number;
  boot: string;
  /** Bumped with each start, so that what was meant for a former life is dropped. */
  agentLife: number;
  agent: boolean;
  /** SIGSTOP or frozen: inputs queue here until it goes on; null while it runs. */
  paused: Input[] | null;
  /** What it was about to send when it was stopped. */
  unsent: (() => void)[];
  beats: boolean;
  compute: boolean;
  /** Bumped whenever nova-compute is to start, so that it is tried once at a time. */
  computeAttempt: number;
  /** The side of the network it is on. */
  network: number;
  core: Core | null;
  holdsLease: boolean;
  /** World time. */
  agentHeardMs: number;
  /** What its configuration says; agent and beats read it when they start. */
  beatMs: number;
  /** What its agent goes by, and its beats. */
  timing: Timing;
  beatingMs: number;
  /** By volume name, and for seats by `volume/seat`. */
  readonly counters: Map<string, { incarnation: number; counter: number }>;
  /** Volumes on which its beat has taken its places. */
  readonly stations: Set<string>;
  /** By volume name: what its beat writes to its slot there, until its agent says something else. */
  readonly words: Map<string, SlotWords>;
  /** Volumes whose beat has these words from its agent, and has not found them there. */
  readonly given: Set<string>;
  readonly watching: Set<string>;
  /** Its clock reads this at world time 0. */
  readonly clockOffsetMs: number;
  /** Milliseconds of its clock in one of the world's. */
  readonly clockRate: number;
}

export const CLUSTER_HASH = '00000000000000aa';
export const ISOLATION_ADDRESS = 'icmp:10.255.255.254';
/** nova's `report_interval`. */
export const NOVA_REPORT_MS = 10_000;

/** Hosts boot at different times: no clock says anything to another host. */
const OFFSET_STEP_MS = 1_000_003;

export function createHost(spec: HostSpec, timing: Timing): SimHost {
  const number = Number(spec.name.slice(1));
  return {
    name: spec.name,
    number,
    spec,
    isClone: false,
    ip: `10.${number >>> 16}.${(number >>> 8) & 255}.${number & 255}`,
    power: true,
    frozen: false,
    boots: 1,
    boot: bootId(number, 1),
    agentLife: 0,
    agent: false,
    paused: null,
    unsent: [],
    beats: true,
    compute: spec.role === 'compute',
    computeAttempt: 0,
    network: FIRST_SIDE,
    core: null,
    holdsLease: false,
    agentHeardMs: 0,
    beatMs: timing.beatMs,
    timing,
    beatingMs: timing.beatMs,
    counters: new Map(),
    stations: new Set(),
    words: new Map(),
    given: new Set(),
    watching: new Set(),
    clockOffsetMs: number * OFFSET_STEP_MS,
    clockRate: 1 + spec.driftPpm / 1_000_000,
  };
}

export const bootId = (host: number, boots: number): string =>
  `${String(host).padStart(16, '0')}${String(boots).padStart(16, '0')}`;

/** What the clock of the host reads. */
export function localMs(host: SimHost, worldMs: number): number {
  return host.clockRate === 1
    ? host.clockOffsetMs + worldMs
    : Math.floor(host.clockOffsetMs + worldMs * host.clockRate);
}

export function timingOf({ settings }: Cluster, beatMs = settings.beatMs): Timing {
  return deriveTiming(beatMs, NOVA_REPORT_MS, settings.openRequestMs);
}

/** Why agent and beats of the host would refuse what its configuration says; null: they do not. */
export const unsafeTiming = (host: SimHost, cluster: Cluster): string | null =>
  host.beatMs === host.timing.beatMs ? null : (checkTiming(timingOf(cluster, host.beatMs))[0] ?? null);

export function settingsOf(
  host: SimHost,
  cluster: Cluster,
  volumes: Settings['volumes'],
  startedUnixMs: number,
): Settings {
  const { settings } = cluster;
  return {
    cluster: 'sim',
    clusterHash: CLUSTER_HASH,
    host: host.name,
    boot: host.boot,
    agent: `${String(host.number).padStart(8, '0')}${String(host.agentLife).padStart(8, '0')}`,
    address: { ip: host.ip, udpPort: 1, apiPort: 2 },
    role: host.spec.role,
    eligible: host.spec.eligible,
    failureDomain: host.spec.failureDomain,
    hardwareUuid: null,
    volumes,
    isolationAddresses: settings.isolationAddress ? [ISOLATION_ADDRESS] : [],
    timing: host.timing,
    recovery: {
      acceptedProofs: settings.proofs,
      ordersPerTargetMax: settings.ordersPerTargetMax,
      protectByDefault: settings.protectByDefault,
      sharedStorage: settings.sharedStorage,
    },
    seed: settings.seed * 1_000_003 + host.number * 1_009 + host.agentLife,
    startedUnixMs,
  };
}
