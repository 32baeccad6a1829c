const NS_PER_MS = 1e6;

/** CLOCK_MONOTONIC in milliseconds: the clock that this host's beats stamp their readings with. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / NS_PER_MS;
}
