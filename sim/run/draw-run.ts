/** What a random run is made of: everything follows from its seed. */
import { createRandom, type Random } from '../../src/core/lib/random.ts';
import { deriveTiming } from '../../src/core/timing/timing.ts';
import {
  type Cluster,
  DEFAULT_HOST,
  DEFAULT_SERVER,
  DEFAULT_SETTINGS,
  type HostSpec,
  type ServerSpec,
} from '../cluster.ts';
import { drawClocks } from './draw-clocks.ts';
import { drawFaults, type DrawnFault } from './draw-faults.ts';
import { between, oneIn, pick } from '../faults/fault.ts';
import { NOVA_REPORT_MS } from '../host.ts';

export type { DrawnFault };

export interface Run {
  readonly seed: number;
  readonly cluster: Cluster;
  readonly faults: readonly DrawnFault[];
  /** Faults begin before; then everything is repaired. */
  readonly faultsMs: number;
}

export interface RunSize {
  /** Null: drawn. */
  readonly hosts: number | null;
  readonly faultsMs: number | null;
}

const MINUTE_MS = 60_000;

export function drawRun(seed: number, size: RunSize = { hosts: null, faultsMs: null }): Run {
  const random = createRandom(seed);
  const cluster = drawCluster(random, seed, size.hosts ?? drawHosts(random));
  const faultsMs = size.faultsMs ?? between(random, 2, 10) * MINUTE_MS;
  return { seed, cluster, faultsMs, faults: drawFaults(random, cluster, faultsMs) };
}

/** Small clusters find most, and large ones something else. */
function drawHosts(random: Random): number {
  return pick(random, [
    between(random, 2, 8),
    between(random, 3, 8),
    between(random, 3, 12),
    between(random, 8, 40),
  ]);
}

function drawCluster(random: Random, seed: number, count: number): Cluster {
  const zones = oneIn(random, 4) ? ['east', 'west'] : ['nova'];
  const domains = oneIn(random, 4) ? ['rack1', 'rack2', 'rack3'] : [null];
  const { openRequestMs } = DEFAULT_SETTINGS;
  const beatMs = pick(random, [500, 1_000, 1_000, 1_000, 2_000]);
  const drift = drawClocks(random, deriveTiming(beatMs, NOVA_REPORT_MS, openRequestMs));
  const eligible = oneIn(random, 2) ? count : between(random, Math.min(2, count), Math.min(7, count));
  const hosts = Array.from({ length: count }, (_, n) => ({
    ...DEFAULT_HOST,
    name: `h${n + 1}`,
    zone: pick(random, zones),
    failureDomain: pick(random, domains),
    vcpus: pick(random, [4, 16, 64]),
    memoryMib: pick(random, [16_384, 65_536, 262_144]),
    diskGib: pick(random, [100, 1_000, 10_000]),
    eligible: n < eligible,
    role: count > 3 && oneIn(random, 12) ? ('control' as const) : ('compute' as const),
    driftPpm: drift(),
  }));
  const computes = hosts.filter(({ role }) => role === 'compute');
  const homes = computes.length === 0 ? hosts.slice(0, 1) : computes;
  const protectByDefault = !oneIn(random, 5);
  const servers = Array.from({ length: random.below(3 * count + 1) }, (_, n) =>
    drawServer(random, `vm${n + 1}`, pick(random, homes), protectByDefault),
  );
  const isGrouped = servers.length > 2 && oneIn(random, 4);
  const policy = pick(random, ['anti-affinity', 'soft-anti-affinity', 'soft-affinity', 'affinity'] as const);
  const members = servers.slice(0, 2).map(({ vm }) => vm);
  return {
    hosts: computes.length === 0 ? hosts.map((host) => ({ ...host, role: 'compute' as const })) : hosts,
    leaseVolumes: oneIn(random, 2) ? 3 : 1,
    settings: {
      ...DEFAULT_SETTINGS,
      proofs: pick(random, [
        ['silence', 'reboot', 'operator'],
        ['silence', 'reboot'],
        ['silence', 'reboot'],
        ['silence'],
        ['silence'],
        ['reboot', 'operator'],
      ] as const),
      beatMs,
      ordersPerTargetMax: pick(random, [1, 4, 10]),
      isolationAddress: !oneIn(random, 4),
      sharedStorage: !oneIn(random, 4),
      protectByDefault,
      openRequestMs: pick(random, [60_000, 120_000, 120_000, 300_000]),
      serviceDownMs: pick(random, [20_000, 60_000, 180_000]),
      rebuildMs: pick(random, [1_000, 4_000, 4_000, 30_000]),
      resumeGuests: oneIn(random, 4),
      powerSyncMs: pick(random, [60_000, 600_000]),
      gate: !oneIn(random, 10),
      seed,
    },
    servers,
    groups: isGrouped ? [{ id: 'g', name: 'g', policy, members }] : [],
    cold: false,
  };
}

function drawServer(
  random: Random,
  vm: string,
  { name: host, zone }: HostSpec,
  protectByDefault: boolean,
): ServerSpec {
  // Where nobody is protected unasked, most ask.
  const metadata = protectByDefault || oneIn(random, 4) ? {} : { HA_Enabled: 'True' };
  const server = {
    ...DEFAULT_SERVER,
    vm,
    host,
    metadata,
    vcpus: pick(random, [1, 1, 2, 8]),
    memoryMib: pick(random, [512, 512, 2_048, 16_384]),
    diskGib: pick(random, [1, 1, 20, 80]),
  };
  switch (random.below(20)) {
    case 0:
      return { ...server, state: 'stopped' };
    case 1:
      return { ...server, state: 'error' };
    case 2:
      return { ...server, bootedFromVolume: false };
    case 3:
      return { ...server, locked: true };
    case 4:
      return { ...server, metadata: { HA_Enabled: 'False' } };
    case 5:
      return { ...server, state: 'paused' };
    case 6:
      return { ...server, zone };
    default:
      return server;
  }
}
