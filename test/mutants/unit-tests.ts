/** Runs the tests of the core until one fails. */
import type { Catch, Outcome, Search } from './catcher.ts';
import { watchChild } from './child.ts';

/** Of one test; all take less than three seconds. */
const TEST_MS_MAX = 120_000;

/** `only`: one test, by its name. */
export async function searchTests(search: Search, only: string | null = null): Promise<Outcome> {
  const { bundle, isKnown, all } = search;
  const pattern = only === null ? [] : [`--test-name-pattern=^${escaped(only)}$`];
  const failed = new Failures();
  const ending = await watchChild(
    ['--test-reporter=tap', ...pattern, bundle],
    TEST_MS_MAX,
    (line) => failed.take(line) === 0 || all,
  );
  if (ending.ended === 'silent') return { catches: [], hung: `tests, after ${failed.ended}` };
  if (ending.ended === 'by-itself' && ending.code !== 0 && failed.names.length === 0)
    return { catches: [{ where: `after ${failed.ended} tests`, how: 'breaks off' }], hung: null };
  const catches: Catch[] = [];
  for (const where of failed.names) if (!(await isKnown(where))) catches.push({ where, how: 'fails' });
  if (catches.length === 0 && failed.names.length > 0 && !all)
    return searchTests({ ...search, all: true }, only);
  return { catches, hung: null };
}

/** What failed, of lines as TAP has them: a test with others in it fails with them, and is told after them. */
class Failures {
  readonly names: string[] = [];
  ended = 0;
  private depths: readonly number[] = [];

  /** Gives how many have failed by now. */
  take(line: string): number {
    const [, { length: depth } = '', not, name] = /^( *)(not )?ok \d+ - (.*)$/.exec(line) ?? [];
    if (name === undefined) return this.names.length;
    this.ended += 1;
    const isOfOthers = this.depths.some((inside) => inside > depth);
    this.depths = this.depths.filter((inside) => inside <= depth);
    if (not !== undefined) this.depths = [...this.depths, depth];
    if (not !== undefined && !isOfOthers) this.names.push(name.replaceAll('\\#', '#'));
    return this.names.length;
  }
}

const escaped = (name: string): string => name.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
