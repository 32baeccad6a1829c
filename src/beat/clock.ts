/** CLOCK_MONOTONIC, the same in every process of a machine: agent and beat may compare their times. */

export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

/** Ends early, without an error, when `stop` aborts. */
export function sleep(durationMs: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted || durationMs <= 0) return resolve();
    const timer = setTimeout(done, durationMs);
    function done(): void {
      clearTimeout(timer);
      stop.removeEventListener('abort', done);
      resolve();
    }
    stop.addEventListener('abort', done);
  });
}

/** What has come to this process by now is taken in before it ends. */
export function loopTurn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/**
 * When the next beat is due: on the grid of `beatMs` from `plannedMs`. Beats that were missed are not caught up on, a
 * burst of them would say nothing.
 */
export function nextBeatMs(plannedMs: number, nowMs: number, beatMs: number): number {
  const missed = Math.floor(Math.max(0, nowMs - plannedMs) / beatMs);
  return plannedMs + (missed + 1) * beatMs;
}
