/**
 * The master's lease on the volumes.
 *
 *   watching ──(all active seats still for the lease time, on a majority)──► claiming
 *   claiming ──(written, settled, re-read without a rival, within 4 s)─────► holding
 *   claiming ──(a rival, a change, too late)──► watching, after a random wait
 *   holding  ──(renewal sees a term as high elsewhere, lease runs out, given back)──► watching
 *
 * L1  A holder acts only until `holdMs` after the start of its last renewal on a majority.
 * L2  A claim voids itself if any active seat changed between its check and its read-back.
 * L3  The holder is (host, agent incarnation): a restarted agent claims anew, with a higher term.
 */
import type { OwnVolume } from '../volumes.ts';
import type { Timing } from '../timing/timing.ts';
import type { Term } from '../wire/records.ts';

export type Lease =
  | {
      readonly phase: 'watching';
      readonly wantedSinceMs: number | null;
      readonly staggerMs: number;
      readonly notBeforeMs: number;
    }
  | { readonly phase: 'claiming'; readonly term: Term; readonly begunMs: number }
  | {
      readonly phase: 'holding';
      readonly term: Term;
      /** Start of the last successful renewal, by volume name. */
      readonly renewedMs: ReadonlyMap<string, number>;
      /** A previous holder was seen to renew: the site was up before this master. */
      readonly sawPreviousHolder: boolean;
    };

export function watching(notBeforeMs: number): Lease {
  return { phase: 'watching', wantedSinceMs: null, staggerMs: 0, notBeforeMs };
}

export function leaseVolumes(volumes: Iterable<OwnVolume>): readonly OwnVolume[] {
  return [...volumes].filter((volume) => volume.lease);
}

export function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

/** Start of the last renewal that a majority of `count` lease volumes shares; null if there is none. */
export function renewedOnMajorityMs(renewedMs: ReadonlyMap<string, number>, count: number): number | null {
  const newestFirst = [...renewedMs.values()].sort((a, b) => b - a);
  return newestFirst[majorityOf(count) - 1] ?? null;
}

/** Remaining right to act; 0 or less means none. */
export function remainingMs(lease: Lease, volumes: number, timing: Timing, now: number): number {
  if (lease.phase !== 'holding') return 0;
  const renewed = renewedOnMajorityMs(lease.renewedMs, volumes);
  return renewed === null ? 0 : renewed + timing.holdMs - now;
}
