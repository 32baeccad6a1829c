import { setTimeout as delay } from 'node:timers/promises';
import { monotonicMs } from '../rig/index.ts';

/** Longer than from the power loss of any host, the master's too, to the first evacuation. */
export const QUIET_MS = 25_000;

/**
 * Lets time pass in which nothing may happen. Not a wait for something: what is asserted afterwards is that it did not
 * come, and it would have come well within this.
 */
export const watchFor = (ms: number): Promise<void> => delay(ms);

export const secondsSince = (sinceMs: number): string => `${((monotonicMs() - sinceMs) / 1000).toFixed(1)} s`;
