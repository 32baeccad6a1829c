/** Plays a scenario, and tells what differs from what was expected. */
import { act } from '../actions/act.ts';
import type { LostBet } from '../checkers/excuses.ts';
import type { CheckerName } from '../checkers/names.ts';
import { watch, type Watch } from '../checkers/watch.ts';
import { comeToRest } from '../run/come-to-rest.ts';
import type { World } from '../world.ts';
import { compare, type Difference } from './compare.ts';
import type { Allowance, Expected } from './expected.ts';
import { compareEnd } from './finals.ts';
import { watchMoments } from './moments-missed.ts';
import { namesOf, type Scenario } from './scenario.ts';
import { settle } from './settle.ts';
import { type Happening, Transcript } from './transcript.ts';

export interface Played {
  /** Everything, lost bets too, in order. */
  readonly happenings: readonly Happening[];
  readonly differences: readonly Difference[];
}

export function play(scenario: Scenario, expected: Expected): Played {
  const settled = settle(scenario.cluster);
  if (!settled.ok) return { happenings: [], differences: [{ line: null, words: settled.words }] };
  const { world } = settled;
  const beganMs = world.clock.now;
  const transcript = new Transcript(world);
  const watched = watchAll(world, expected.allowed);
  const momentsMissed = watchMoments(world, scenario.script);
  for (const { atMs, action } of scenario.script) world.clock.after(atMs, () => act(world, action));
  world.run(scenario.untilMs);
  const compared = [...transcript.happenings];
  const missed = momentsMissed();
  if (scenario.rest) comeToRest(world, watched);
  const bets = watched.bets.map((bet) => lost(bet, beganMs));
  return {
    happenings: [...transcript.happenings, ...bets.map(({ happening }) => happening)].sort(
      (a, b) => a.atMs - b.atMs,
    ),
    differences: [
      ...compare(compared, expected),
      ...missed.map((words) => ({ line: null, words })),
      ...compareEnd(world, transcript, namesOf(scenario), expected.finally),
      ...(expected.allowed.has('lost-bet') ? [] : bets.map(({ words }) => ({ line: null, words }))),
      ...watched.violations.map(({ checker, atMs, words }) => ({
        line: null,
        words: `${checker}, at ${((atMs - beganMs) / 1_000).toFixed(1)}: ${words}`,
      })),
      ...[...expected.allowed]
        .filter(([what]) => !watched.needed(what))
        .map(([what, line]) => ({ line, words: `allow ${what}: there was nothing to allow` })),
    ],
  };
}

interface WatchedAll extends Watch {
  /** Something of this kind has been lost or broken. */
  readonly needed: (what: Allowance) => boolean;
}

/** What is allowed is watched as well, apart, so that it hides nothing else. */
function watchAll(world: World, allowed: ReadonlyMap<Allowance, number>): WatchedAll {
  const checkers = new Set([...allowed.keys()].filter((what): what is CheckerName => what !== 'lost-bet'));
  const watched = watch(world, checkers);
  const whole = checkers.size === 0 ? watched : watch(world);
  return {
    ...watched,
    needed: (what) =>
      what === 'lost-bet'
        ? watched.bets.length > 0
        : whole.violations.some(({ checker }) => checker === what),
    atRest: () => {
      watched.atRest();
      if (whole !== watched) whole.atRest();
    },
  };
}

function lost(
  { atMs, bet, vm, host, words }: LostBet,
  beganMs: number,
): { readonly happening: Happening; readonly words: string } {
  const sinceMs = atMs - beganMs;
  const who = `${bet}, ${vm} on ${host}`;
  return {
    happening: { atMs: sinceMs, words: [`a bet was lost: ${who}: ${words}`] },
    words: `a bet was lost at ${(sinceMs / 1_000).toFixed(1)}: ${who}: ${words}`,
  };
}
