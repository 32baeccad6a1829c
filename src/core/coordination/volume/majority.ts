/** Lease volumes number one or three; what stands on a majority of them is found on any other majority. */
import type { OwnVolume } from '../../volumes.ts';

export function leaseVolumes(volumes: Iterable<OwnVolume>): readonly OwnVolume[] {
  return [...volumes].filter((volume) => volume.lease);
}

export function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

/** How many lease volumes make a majority here. */
export function leaseMajority(volumes: Iterable<OwnVolume>): number {
  return majorityOf(leaseVolumes(volumes).length);
}

/** Start of the last renewal that a majority of `count` lease volumes shares; null if there is none. */
export function renewedOnMajorityMs(renewedMs: ReadonlyMap<string, number>, count: number): number | null {
  const newestFirst = [...renewedMs.values()].sort((a, b) => b - a);
  return newestFirst[majorityOf(count) - 1] ?? null;
}
