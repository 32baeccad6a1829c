/** Plays random runs until one breaks a promise that is not broken by itself. */
import type { Catch, Outcome, Search } from './catcher.ts';
import { watchChild } from './child.ts';

const SEEDS_AT_ONCE = 10;
/** Of so many seeds; a large one takes ten seconds. */
const SEEDS_MS_MAX = 600_000;

export async function searchSwarm(
  { bundle, isKnown, all }: Search,
  seeds: { readonly first: number; readonly last: number },
): Promise<Outcome> {
  const catches: Catch[] = [];
  for (let first = seeds.first; first <= seeds.last; first += SEEDS_AT_ONCE) {
    const last = Math.min(seeds.last, first + SEEDS_AT_ONCE - 1);
    const broken: Catch[] = [];
    const args = [bundle, 'sim', 'swarm', '--jobs', '1', '--seeds', `${first}..${last}`];
    const ending = await watchChild(args, SEEDS_MS_MAX, (line) => {
      const [, seed, words] = /^BROKEN seed (\d+): (.*)$/.exec(line) ?? [];
      if (seed !== undefined) broken.push({ where: seed, how: (words ?? '').split(',')[0] ?? '' });
      return true;
    });
    for (const one of broken) {
      // Of one seed more than one promise may break.
      if (catches.some(({ where, how }) => where === one.where && how === one.how)) continue;
      if (!(await isKnown(one.where))) catches.push(one);
    }
    if (ending.ended === 'silent') return { catches, hung: `seeds ${first}..${last}` };
    if (catches.length > 0 && !all) break;
  }
  return { catches, hung: null };
}
