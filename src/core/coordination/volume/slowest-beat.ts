/**
 * A holder acts for so many of its own beats, and a claim takes so many of its own: where beats differ, as while they are
 * being changed host by host, whoever claims goes by the slowest that may hold the lease or claim it.
 */
import type { Core } from '../../state.ts';

/** By how many times it is slower than the own one: 1 where all are equal. */
export function slowestBeatRatio({ settings, hosts }: Core): number {
  const { beatMs } = settings.timing;
  let slowestMs = beatMs;
  for (const { said, slotIndex } of hosts.values())
    if (said?.eligible === true && slotIndex.size > 0) slowestMs = Math.max(slowestMs, said.timing.beatMs);
  return slowestMs / beatMs;
}
