/** A fault with its repair, as it is drawn from a seed: what is done, and how long after its beginning. */
import type { Random } from '../../src/core/lib/random.ts';
import type { Action } from '../actions/action.ts';
import type { Moment } from '../actions/moments.ts';

/** Who is meant is known when the moment has come; `itself`: the host whose moment it is. */
export type Part = 'source' | 'target' | 'master' | 'itself';

export type Step =
  | { readonly afterMs: number; readonly action: Action }
  | {
      /** It is waited for from then on. */
      readonly afterMs: number;
      readonly moment: Moment;
      /** Whose; null: anybody's. */
      readonly of: string | null;
      readonly part: Part;
      /** From the moment on; nothing in it is left to chance any more. */
      readonly steps: (host: string) => readonly Step[];
    };

export interface Drawn {
  readonly random: Random;
  readonly hosts: readonly string[];
  readonly vms: readonly string[];
  /** Hosts with a VM of their own at the beginning. */
  readonly homes: readonly string[];
  readonly volumes: readonly string[];
  /** What was asked of nova is carried out within this, if ever: all that Q leaves by the fastest clock. */
  readonly carriedOutMs: number;
}

export type DrawFault = (drawn: Drawn) => readonly Step[];

export function pick<Value>(random: Random, values: readonly Value[]): Value {
  const value = values[random.below(values.length)];
  if (value === undefined) throw new Error('nothing to pick from');
  return value;
}

export const between = (random: Random, low: number, high: number): number =>
  low + random.below(high - low + 1);

export const oneIn = (random: Random, times: number): boolean => random.below(times) === 0;

/** Most are short; some are long. */
export function lengthMs(random: Random, shortMs: number, longMs: number): number {
  return oneIn(random, 3) ? between(random, shortMs, longMs) : between(random, shortMs, 4 * shortMs);
}

export const fromTo = (begin: Action, forMs: number, end: Action): readonly Step[] => [
  { afterMs: 0, action: begin },
  { afterMs: forMs, action: end },
];

/** Between one and so many of them, each at most once. */
export function some<Value>(random: Random, values: readonly Value[], most: number): readonly Value[] {
  const left = [...values];
  const count = 1 + random.below(Math.min(most, left.length));
  return Array.from({ length: count }, () => {
    const [value] = left.splice(random.below(left.length), 1);
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  });
}
