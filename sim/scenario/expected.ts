/** `expected.txt`: what must happen, may happen, must never happen, and how it ends. */
import { CHECKERS, type CheckerName } from '../checkers/names.ts';
import { type Known, knownOf } from './known.ts';
import { type Line, linesOf, type Mistake } from './line.ts';
import type { Pattern } from './pattern.ts';
import { namesOf, type Scenario } from './scenario.ts';
import { troubleWithEnd, troubleWithEvent } from './shapes.ts';
import { secondsMs, secondsText } from './units.ts';

export interface Expectation {
  readonly line: number;
  readonly fromMs: number;
  readonly toMs: number;
  readonly pattern: Pattern;
}

export interface Final {
  readonly line: number;
  readonly words: readonly string[];
}

/** What a scenario may lose or break on purpose. */
export type Allowance = CheckerName | 'lost-bet';

export interface Expected {
  readonly must: readonly Expectation[];
  readonly maybe: readonly Expectation[];
  readonly never: readonly { readonly line: number; readonly pattern: Pattern }[];
  readonly finally: readonly Final[];
  /** By what is allowed: its line. */
  readonly allowed: ReadonlyMap<Allowance, number>;
}

export type ReadExpected =
  | { readonly ok: true; readonly expected: Expected }
  | { readonly ok: false; readonly mistakes: readonly Mistake[] };

/** Of this scenario: what it does not know cannot be expected of it. */
export function parseExpected(text: string, scenario: Scenario): ReadExpected {
  const known = knownOf(namesOf(scenario));
  const must: Expectation[] = [];
  const maybe: Expectation[] = [];
  const never: { line: number; pattern: Pattern }[] = [];
  const finals: Final[] = [];
  const allowed = new Map<Allowance, number>();
  const lines = linesOf(text);
  for (const line of lines) {
    if (line.has('never')) {
      refuseWindow(line, 'never');
      never.push({ line: line.number, pattern: eventOf(line, known) });
    } else if (line.has('finally')) {
      refuseWindow(line, 'finally');
      finals.push({ line: line.number, words: endOf(line, known) });
    } else if (line.has('allow')) allow(line, allowed);
    else if (line.has('maybe')) maybe.push(expectation(line, known, scenario.untilMs));
    else must.push(expectation(line, known, scenario.untilMs));
  }
  const mistakes = lines.flatMap((line) => line.mistakes());
  return mistakes.length > 0
    ? { ok: false, mistakes }
    : { ok: true, expected: { must, maybe, never, finally: finals, allowed } };
}

function allow(line: Line, allowed: Map<Allowance, number>): void {
  const what = line.oneOf('checker', 'lost-bet', ...CHECKERS);
  if (allowed.has(what)) line.blame(`${what} is allowed already`);
  allowed.set(what, line.number);
}

const refuseWindow = (line: Line, word: string): void => {
  if (line.peek()?.includes('..') === true) line.blame(`${word} takes no window of time`);
};

function expectation(line: Line, known: Known, untilMs: number): Expectation {
  const window = line.next('a window of time');
  const [from = '', to = ''] = window.split('..');
  const fromMs = secondsMs(from);
  const toMs = to === '' ? Infinity : secondsMs(to);
  if (!window.includes('..') || fromMs === null || toMs === null)
    line.blame(`${window} is no window of time, such as 125..145`);
  else if (fromMs > toMs) line.blame(`${window} ends before it begins`);
  else if (fromMs > untilMs)
    line.blame(`${window} begins after the end, which is at ${secondsText(untilMs)}`);
  const word = line.peek() ?? '';
  if (['never', 'finally', 'allow'].includes(word)) line.blame(`${word} takes no window of time`);
  if (word === 'maybe') line.blame('maybe stands before the window of time');
  return { line: line.number, fromMs: fromMs ?? 0, toMs: toMs ?? 0, pattern: eventOf(line, known) };
}

function eventOf(line: Line, known: Known): Pattern {
  return blamed(line, troubleWithEvent, known);
}

function endOf(line: Line, known: Known): Pattern {
  return blamed(line, troubleWithEnd, known);
}

function blamed(line: Line, troubleWith: typeof troubleWithEvent, known: Known): Pattern {
  const pattern = line.rest();
  const trouble = troubleWith(pattern, known);
  if (trouble !== null) line.blame(trouble);
  return pattern;
}
