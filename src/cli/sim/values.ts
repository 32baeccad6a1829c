/** What options may be; said in the same words wherever random runs are asked for. */
import { InvalidArgumentError } from 'commander';

export interface SeedRange {
  readonly first: number;
  readonly last: number;
}

const JOBS_MAX = 256;
/** Of one command: what is left is kept in memory. */
const SEEDS_MAX = 1_000_000;

export function between(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (Number.isSafeInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`a whole number, ${min} to ${max}`);
  };
}

/** Of two values the last would win without a word. */
export function once<Value>(parse: (text: string) => Value): (text: string) => Value {
  let isGiven = false;
  return (text) => {
    if (isGiven) throw new InvalidArgumentError('the option is there twice, and takes one value');
    isGiven = true;
    return parse(text);
  };
}

export const jobs = between(1, JOBS_MAX);
export const seed = between(1, Number.MAX_SAFE_INTEGER);

export function seedRange(text: string): SeedRange {
  const [, from, to] = /^(\d+)\.\.(\d+)$/.exec(text) ?? [];
  if (from === undefined || to === undefined) throw new InvalidArgumentError('a range such as 1..200');
  const range = { first: seed(from), last: seed(to) };
  const count = range.last - range.first + 1;
  if (count < 1) throw new InvalidArgumentError('the last seed is before the first');
  if (count > SEEDS_MAX) throw new InvalidArgumentError(`at most ${SEEDS_MAX} seeds at a time`);
  return range;
}
