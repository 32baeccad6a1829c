/** Which faults a random run has, and when they begin. */
import type { Random } from '../../src/core/lib/random.ts';
import type { Cluster } from '../cluster.ts';
import { assumedDriftPpm } from './draw-clocks.ts';
import { type Drawn, oneIn, pick, type Step } from '../faults/fault.ts';
import { timingOf } from '../host.ts';
import { FAULT_KINDS, type FaultKind, FAULTS } from '../faults/kinds.ts';

export interface DrawnFault {
  readonly atMs: number;
  readonly kind: FaultKind;
  readonly steps: readonly Step[];
}

export function drawFaults(random: Random, cluster: Cluster, faultsMs: number): readonly DrawnFault[] {
  const drawn: Drawn = {
    random,
    hosts: cluster.hosts.map(({ name }) => name),
    vms: cluster.servers.map(({ vm }) => vm),
    homes: [...new Set(cluster.servers.map(({ host }) => host))],
    carriedOutMs: carriedOutMs(cluster),
    volumes: cluster.leaseVolumes === 3 ? ['a', 'b', 'c'] : ['a', 'b'],
  };
  const deaths = drawDeaths(drawn, cluster, faultsMs);
  const others = drawOthers(drawn, faultsMs).filter(
    ({ atMs }) => !deaths.some((death) => spares(death, atMs)),
  );
  return [...others, ...deaths].sort((a, b) => a.atMs - b.atMs);
}

/** A clock as fast as the lease assumes ends Q sooner. */
function carriedOutMs(cluster: Cluster): number {
  const timing = timingOf(cluster);
  return Math.floor(timing.openRequestMs / (1 + assumedDriftPpm(timing) / 1_000_000));
}

/** Some kinds, at a rate of the run's own: now and then, or one on top of the other. */
function drawOthers(drawn: Drawn, faultsMs: number): readonly DrawnFault[] {
  const { random } = drawn;
  const kinds = FAULT_KINDS.filter(() => oneIn(random, 3));
  if (kinds.length === 0) kinds.push('power-loss');
  const meanMs = pick(random, [5_000, 20_000, 60_000, 180_000]);
  const faults: DrawnFault[] = [];
  for (let atMs = random.below(meanMs); atMs < faultsMs; atMs += 1 + random.below(2 * meanMs)) {
    const kind = pick(random, kinds);
    faults.push({ atMs, kind, steps: FAULTS[kind](drawn) });
  }
  return faults;
}

interface Death extends DrawnFault {
  /** Nothing else begins while it is recovered from; what began long before may go on. */
  readonly isAlone: boolean;
}

/** So much earlier most of what is short is over. */
const CALM_MS = 60_000;
const RECOVERY_MS = 90_000;

/**
 * Among faults that come one on top of the other the brake holds nearly everything, and a random run would see few
 * evacuations: so in most of them hosts die now and then besides, with and without company.
 */
function drawDeaths(drawn: Drawn, { settings }: Cluster, faultsMs: number): readonly Death[] {
  const { random } = drawn;
  if (oneIn(random, 8)) return [];
  const meanMs = pick(random, [120_000, 300_000, 900_000]);
  const isBet = settings.proofs.includes('silence');
  const deaths: Death[] = [];
  for (let atMs = random.below(meanMs); atMs < faultsMs; atMs += CALM_MS + random.below(2 * meanMs)) {
    const kind = isBet || oneIn(random, 2) ? 'host-dies' : 'confirmed-dead';
    deaths.push({ atMs, kind, steps: FAULTS[kind](drawn), isAlone: !oneIn(random, 3) });
  }
  return deaths;
}

const spares = ({ atMs, isAlone }: Death, otherMs: number): boolean =>
  isAlone && otherMs > atMs - CALM_MS && otherMs < atMs + RECOVERY_MS;
