/**
 * One volume as a path to one host: has its slot advanced, as I read it, on my clock?
 *
 *   never read ──► fresh ──(8 valid reads over 8 s without advance, the last recent)──► lost
 *                    ▲  └──(no valid read for as long)──► unseen
 *                    └───────────── any advance ──────────────┘
 *
 * Going backwards is not life: a late write of a predecessor shows an older (incarnation, counter).
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
  /** End of the last valid read. */
  readMs: number;
}

export type Sight = 'first' | 'advance' | 'still' | 'backwards';

export function sight(path: VolumePath | undefined, header: BlockHeader): Sight {
  if (path === undefined) return 'first';
  if (header.incarnation !== path.incarnation)
    return header.incarnation > path.incarnation ? 'advance' : 'backwards';
  if (header.counter !== path.counter) return header.counter > path.counter ? 'advance' : 'backwards';
  return 'still';
}

/** Takes a valid read into account and returns the path after it. `endedMs` is when the read ended. */
export function observe(path: VolumePath | undefined, header: BlockHeader, endedMs: number): VolumePath {
  const { boot, incarnation, counter, agentSilentMs } = header;
  const seen = sight(path, header);
  if (path === undefined || seen === 'first') {
    return {
      boot,
      incarnation,
      counter,
      agentSilentMs,
      advancedMs: endedMs,
      seenAlive: false,
      stillReads: 0,
      readMs: endedMs,
    };
  }
  if (seen === 'advance') {
    return {
      boot,
      incarnation,
      counter,
      agentSilentMs,
      advancedMs: endedMs,
      seenAlive: true,
      stillReads: 0,
      readMs: endedMs,
    };
  }
  return { ...path, stillReads: path.stillReads + 1, readMs: Math.max(path.readMs, endedMs) };
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
