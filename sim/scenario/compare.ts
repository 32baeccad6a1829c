/** What happened beside what was expected. */
import type { Expectation, Expected } from './expected.ts';
import { matches } from './pattern.ts';
import type { Happening } from './transcript.ts';

export interface Difference {
  /** Of `expected.txt`; null: nothing there is about it. */
  readonly line: number | null;
  readonly words: string;
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
export const said = ({ atMs, words }: Happening): string => `${seconds(atMs)} ${words.join(' ')}`;

export function compare(happenings: readonly Happening[], expected: Expected): readonly Difference[] {
  const assigned = assign(happenings, expected.must);
  const taken = new Set(assigned.values());
  const missing = expected.must
    .filter((_, index) => !assigned.has(index))
    .map((expectation) => missed(happenings, expectation, taken));
  const forbidden = expected.never.flatMap(({ line, pattern }) =>
    happenings
      .filter(({ words }) => matches(pattern, words))
      .map((happening) => ({ line, words: `never ${pattern.join(' ')}, and yet: ${said(happening)}` })),
  );
  const unexpected = happenings
    .filter(
      (happening, index) =>
        !taken.has(index) && !expected.maybe.some((expectation) => fits(happening, expectation)),
    )
    .map((happening) => ({ line: null, words: `not expected: ${said(happening)}` }));
  return [...missing, ...forbidden, ...unexpected];
}

function fits({ atMs, words }: Happening, { fromMs, toMs, pattern }: Expectation): boolean {
  return atMs >= fromMs && atMs <= toMs && matches(pattern, words);
}

/**
 * To each expectation a happening of its own, for as many as can be: by augmenting paths (Kuhn), since windows and
 * alternatives overlap.
 */
function assign(
  happenings: readonly Happening[],
  expectations: readonly Expectation[],
): ReadonlyMap<number, number> {
  const expectationOf = new Map<number, number>();
  const candidates = expectations.map((expectation) =>
    happenings.flatMap((happening, index) => (fits(happening, expectation) ? [index] : [])),
  );
  const place = (expectation: number, tried: Set<number>): boolean =>
    (candidates[expectation] ?? []).some((happening) => {
      if (tried.has(happening)) return false;
      tried.add(happening);
      const holder = expectationOf.get(happening);
      if (holder !== undefined && !place(holder, tried)) return false;
      expectationOf.set(happening, expectation);
      return true;
    });
  expectations.forEach((_, index) => place(index, new Set()));
  return new Map([...expectationOf].map(([happening, expectation]) => [expectation, happening]));
}

function missed(
  happenings: readonly Happening[],
  { line, fromMs, toMs, pattern }: Expectation,
  taken: ReadonlySet<number>,
): Difference {
  const window = `${fromMs / 1_000}..${toMs === Infinity ? '' : toMs / 1_000}`;
  const other = happenings.find(({ words }, index) => !taken.has(index) && matches(pattern, words));
  const hint = other === undefined ? 'it did not' : `but at ${seconds(other.atMs)}`;
  return { line, words: `expected ${window} ${pattern.join(' ')}: ${hint}` };
}
