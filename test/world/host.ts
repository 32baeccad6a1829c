/** A host of the little world: power, boot, agent, beats and nova-compute, each with a life of its own. */
import type { Input } from '../../src/core/input.ts';
import type { Settings } from '../../src/core/settings.ts';
import type { Core } from '../../src/core/state.ts';
import type { Timing } from '../../src/core/timing/timing.ts';
import type { Proof } from '../../src/core/wire/records.ts';

export interface WorldHost {
  readonly name: string;
  power: boolean;
  /** Bumped with each start, so that events of a former life are dropped. */
  agentLife: number;
  agent: boolean;
  /** SIGSTOP: inputs queue here until SIGCONT; null while it runs. */
  paused: Input[] | null;
  beats: boolean;
  compute: boolean;
  boot: string;
  /** 0: cut off. Hosts talk within the same number; nova is in 1. */
  network: number;
  core: Core | null;
  agentHeardMs: number;
  /** By volume name. */
  readonly counters: Map<string, { incarnation: number; counter: number }>;
  readonly watching: Set<string>;
}

export function createHost(name: string): WorldHost {
  return {
    name,
    power: true,
    agentLife: 0,
    agent: false,
    paused: null,
    beats: true,
    compute: true,
    boot: `${name}-boot-1`,
    network: 1,
    core: null,
    agentHeardMs: 0,
    counters: new Map(),
    watching: new Set(),
  };
}

export const numberOf = (name: string): number => Number(name.slice(1));

export const CLUSTER_HASH = '00000000000000aa';

export interface AgentChoices {
  readonly eligible: boolean;
  readonly proofs: readonly Proof[];
  readonly seed: number;
  readonly now: number;
  readonly isolationAddresses: readonly string[];
  readonly volumes: Settings['volumes'];
  readonly timing: Timing;
}

export function settingsOf(host: WorldHost, choices: AgentChoices): Settings {
  const n = numberOf(host.name);
  return {
    cluster: 'test',
    clusterHash: CLUSTER_HASH,
    host: host.name,
    boot: host.boot,
    agent: `${host.name}-${host.agentLife}`,
    address: { ip: `10.0.0.${n}`, udpPort: 1, apiPort: 2 },
    role: 'compute',
    eligible: choices.eligible,
    failureDomain: null,
    hardwareUuid: null,
    volumes: choices.volumes,
    isolationAddresses: choices.isolationAddresses,
    timing: choices.timing,
    recovery: {
      acceptedProofs: choices.proofs,
      ordersPerTargetMax: 4,
      protectByDefault: true,
      sharedStorage: true,
    },
    seed: choices.seed * 1_000 + n * 10 + host.agentLife,
    startedUnixMs: choices.now,
  };
}
