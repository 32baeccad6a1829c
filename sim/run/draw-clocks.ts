/** How far the clocks of a random cluster are off. */
import type { Random } from '../../src/core/lib/random.ts';
import type { Timing } from '../../src/core/timing/timing.ts';
import { between, oneIn, pick } from '../faults/fault.ts';

/** A kernel slews its clock by no more; a machine that keeps time is well within it. */
const SLEWED_PPM = 500;
/** A clock that its hypervisor, or a broken counter, keeps badly. */
const POOR_PPM = 20_000;

/**
 * The most by which two clocks may be off, one either way, for what the lease assumes to hold: a holder with a slow
 * clock has stopped acting before a candidate with a fast one may claim.
 */
export function assumedDriftPpm({ holdMs, leaseMs }: Timing): number {
  const slowest = holdMs / leaseMs;
  return Math.ceil((1_000_000 * (1 - slowest)) / (1 + slowest)) - 1;
}

/** Draws the drift of one host after the other. Clocks of one cluster are kept alike: most of them well. */
export function drawClocks(random: Random, timing: Timing): () => number {
  const assumed = assumedDriftPpm(timing);
  const mostPpm = pick(random, [
    ...Array.from({ length: 8 }, () => SLEWED_PPM),
    POOR_PPM,
    between(random, POOR_PPM, assumed),
    assumed,
  ]);
  // At the bound itself, or anywhere within it.
  const edge = (): number => (oneIn(random, 2) ? mostPpm : -mostPpm);
  return () => {
    if (!oneIn(random, 3)) return 0;
    return mostPpm > POOR_PPM && oneIn(random, 2) ? edge() : between(random, -mostPpm, mostPpm);
  };
}
