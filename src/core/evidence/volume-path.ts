/**
 * One volume as a path to one host: has its slot advanced, as I read it, on my clock?
 *
 *   never read ──► fresh ──(8 valid reads over 8 s without advance, the last recent)──► lost
 *                    ▲  └──(no valid read for as long)──► unseen
 *                    └───────────── any advance ──────────────┘
 *
 * Going backwards is not life: a late write of a predecessor shows an older (incarnation, counter). Nor is an advance
 * over a time in which nobody looked: the host may have written once in it, and died since.
 */
import type { Timing } from '../timing/timing.ts';
import type { BlockHeader, BootId } from '../wire/records.ts';

export type PathState = 'fresh' | 'lost' | 'unseen';

export interface VolumePath {
  boot: BootId;
  incarnation: number;
  counter: number;
  agentSilentMs: number;
  /** End of the last read that showed an advance, or start of observation where none was seen yet. */
  advancedMs: number;
  /** An advance was really seen since the clock was started, not only a first sight. */
  seenAlive: boolean;
  stillReads: number;
  /**
   * The beat that wrote this was seen to write what its agent had given it. What an older one has left on its way would
   * go backwards, so this is its last word, also once it is dead.
   */
  living: boolean;
  /** End of the last valid read. */
  readMs: number;
}

/** `anew`: it has advanced since the last read, but that was too long ago. */
export type Sight = 'first' | 'anew' | 'advance' | 'still' | 'backwards';

/** `endedMs` is when the read ended that shows `header`. */
export function sight(
  path: VolumePath | undefined,
  header: BlockHeader,
  timing: Timing,
  endedMs: number,
): Sight {
  if (path === undefined) return 'first';
  const on = header.incarnation - path.incarnation || header.counter - path.counter;
  if (on <= 0) return on === 0 ? 'still' : 'backwards';
  return endedMs - path.readMs < timing.volumeLostMs ? 'advance' : 'anew';
}

/** Takes a valid read that showed `header` into account and returns the path after it. */
export function observe(
  path: VolumePath | undefined,
  { boot, incarnation, counter, agentSilentMs, given }: BlockHeader,
  seen: Sight,
  endedMs: number,
): VolumePath {
  // Once the clock was restarted, what was read before that comes too late to count.
  if (path !== undefined && (seen === 'still' || seen === 'backwards')) {
    const stillReads = path.stillReads + (endedMs > path.advancedMs ? 1 : 0);
    return { ...path, stillReads, readMs: Math.max(path.readMs, endedMs) };
  }
  return {
    boot,
    incarnation,
    counter,
    agentSilentMs,
    advancedMs: Math.max(path?.advancedMs ?? endedMs, endedMs),
    seenAlive: seen === 'advance',
    stillReads: 0,
    living: seen === 'advance' && path?.incarnation === incarnation && given,
    readMs: Math.max(path?.readMs ?? endedMs, endedMs),
  };
}

/** The observer stalled: what it did not see happen, it holds neither against anybody nor for life. */
export function restartClock(path: VolumePath, wasFresh: boolean, now: number): VolumePath {
  const advancedMs = Math.max(path.advancedMs, now);
  return { ...path, advancedMs, stillReads: 0, seenAlive: path.seenAlive && wasFresh };
}

export function pathState(
  path: VolumePath | undefined,
  timing: Timing,
  boundMs: number,
  now: number,
): PathState {
  if (path === undefined) return 'unseen';
  const readRecently = now - path.readMs <= timing.readFreshMs;
  const stillForMs = path.readMs - path.advancedMs;
  if (readRecently)
    return path.stillReads >= timing.volumeLostReads && stillForMs >= boundMs ? 'lost' : 'fresh';
  return now - path.advancedMs < boundMs ? 'fresh' : 'unseen';
}
