/** What a beat writes before the words of its agent. */
import type { BlockHeader } from '../src/core/wire/records.ts';
import type { SimHost } from './host.ts';
import type { SimVolume } from './volume.ts';

export const FIRST_INCARNATION = 1;

/** Each block has a counter of its own. */
export function nextHeader(
  host: SimHost,
  volume: SimVolume,
  kind: 'slot' | 'seat',
  agentSilentMs: number,
): BlockHeader {
  const key = kind === 'slot' ? volume.name : `${volume.name}/seat`;
  let counters = host.counters.get(key);
  if (counters === undefined) {
    counters = { incarnation: FIRST_INCARNATION, counter: 0 };
    host.counters.set(key, counters);
  }
  counters.counter += 1;
  const { incarnation, counter } = counters;
  const given = kind === 'seat' || host.given.has(volume.name);
  return { kind, owner: '', boot: host.boot, incarnation, counter, agentSilentMs, given };
}
