/** Scenarios from folders, and what differs. */
import { basename, join, resolve } from 'node:path';
import { said } from '../../../sim/scenario/compare.ts';
import { parseExpected } from '../../../sim/scenario/expected.ts';
import type { Mistake } from '../../../sim/scenario/line.ts';
import { parseCommands } from '../../../sim/scenario/parse-commands.ts';
import { play } from '../../../sim/scenario/play.ts';
import { EXIT } from '../exit-codes.ts';
import { complain, say, styled } from '../output.ts';
import { readScenario } from './read-scenario.ts';
import { counted } from './tell.ts';

type Outcome = 'as expected' | 'differs' | 'pending' | 'mistake';

export function playScenarios(folders: readonly string[], show: boolean): number {
  const outcomes = folders.map((folder) => playScenario(folder, show));
  const count = (outcome: Outcome): number => outcomes.filter((one) => one === outcome).length;
  say(
    `${counted(folders.length, 'scenario')}: ${count('as expected')} as expected, ` +
      `${count('differs')} differ, ${count('pending')} pending, ${count('mistake')} with mistakes`,
  );
  if (count('mistake') > 0) return EXIT.usage;
  return count('differs') > 0 ? EXIT.failed : EXIT.ok;
}

function playScenario(folder: string, show: boolean): Outcome {
  const name = basename(resolve(folder));
  const files = readScenario(folder);
  if (!files.ok) {
    complain(files.words);
    return 'mistake';
  }
  const read = parseCommands(files.commands);
  if (!read.ok) return tellMistakes(join(folder, 'commands.txt'), read.mistakes);
  if (read.idle.length > 0) return tellMistakes(join(folder, 'commands.txt'), read.idle);
  // What may be expected follows from what there is.
  const wanted = parseExpected(files.expected, read.scenario);
  if (!wanted.ok) return tellMistakes(join(folder, 'expected.txt'), wanted.mistakes);
  const { pending } = read.scenario;
  if (pending.length > 0) {
    say(`${styled('yellow', 'pending')}  ${name}: needs ${pending.join(', ')}`);
    return 'pending';
  }
  const played = play(read.scenario, wanted.expected);
  if (show) for (const happening of played.happenings) say(`          ${said(happening)}`);
  if (played.differences.length === 0) {
    say(`${styled('green', 'ok')}       ${name}`);
    return 'as expected';
  }
  say(`${styled('red', 'differs')}  ${name}`);
  for (const { line, words } of played.differences)
    say(`          ${line === null ? '' : `expected.txt:${line}: `}${words}`);
  return 'differs';
}

/** A file that is no scenario at all has as many as it has lines. */
const MISTAKES_TOLD_MAX = 10;

function tellMistakes(path: string, mistakes: readonly Mistake[]): 'mistake' {
  for (const { line, words } of mistakes.slice(0, MISTAKES_TOLD_MAX))
    complain(`${path}${line === null ? '' : `:${line}`}: ${words}`);
  const left = mistakes.length - MISTAKES_TOLD_MAX;
  if (left > 0) complain(`${path}: and ${left} more`);
  return 'mistake';
}
