/** Lease volumes number one or three; what stands on a majority of them is found on any other majority. */
import type { Core } from '../../state.ts';

export function majorityOf(count: number): number {
  return Math.floor(count / 2) + 1;
}

/** What so many of these are alike in; null: nothing. */
export function commonTo<Value>(values: readonly Value[], atLeast: number): Value | null {
  return values.find((value) => values.filter((other) => other === value).length >= atLeast) ?? null;
}

/** How many lease volumes make a majority here. */
export function leaseMajority({ leaseVolumes }: Core): number {
  return majorityOf(leaseVolumes.length);
}

export function leaseUuids({ leaseVolumes }: Core): readonly string[] {
  return leaseVolumes.flatMap(({ uuid }) => (uuid === null ? [] : [uuid]));
}

/** Start of the last renewal that a majority of `count` lease volumes shares; null if there is none. */
export function renewedOnMajorityMs(renewedMs: ReadonlyMap<string, number>, count: number): number | null {
  const majority = majorityOf(count);
  let newest: number | null = null;
  for (const ms of renewedMs.values()) {
    let since = 0;
    for (const other of renewedMs.values()) if (other >= ms) since += 1;
    if (since >= majority && (newest === null || ms > newest)) newest = ms;
  }
  return newest;
}
