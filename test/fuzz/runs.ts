/**
 * How much is tried, and from where. By default always the same and short. To go on for longer, VIGIL_FUZZ says how
 * many times as much; VIGIL_FUZZ_SEED begins elsewhere, and with VIGIL_FUZZ_PATH what failed is tried alone.
 *
 * Each assertion has its words: without them Node looks for some in the source, which takes it half a minute.
 */
import * as fc from 'fast-check';

/** Of a property with the share 1: by this, all of test/fuzz takes less than 40 s of one core. */
const RUNS = 600;
const FACTOR = wholeNumber('VIGIL_FUZZ');
const SEED = wholeNumber('VIGIL_FUZZ_SEED');
/** A counterexample can be thousands of bytes; the path says it as well. */
const MESSAGE_LENGTH_MAX = 4_000;
const PATH = process.env['VIGIL_FUZZ_PATH'];
/** Not just what failed once: then some of everything has come. */
export const isWhole = PATH === undefined;

function wholeNumber(name: string): number {
  const value = Number(process.env[name] ?? 1);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${name} must be a whole number from 1 on`);
  return value;
}

/** `share`: of runs, by what one of them takes. */
export function fuzz<Values>(share: number, property: fc.IProperty<Values>): void {
  report(fc.check(property, parameters(share)));
}

export async function fuzzAsync<Values>(share: number, property: fc.IAsyncProperty<Values>): Promise<void> {
  report(await fc.check(property, parameters(share)));
}

/** The same each time: what is changed, spliced and replayed. */
export function samples<Value>(arbitrary: fc.Arbitrary<Value>, count: number): readonly Value[] {
  return fc.sample(arbitrary, { seed: SEED, numRuns: count });
}

function parameters<Values>(share: number): fc.Parameters<Values> {
  const common = { seed: SEED, numRuns: Math.ceil(share * RUNS * FACTOR) };
  return PATH === undefined ? common : { ...common, path: PATH };
}

function report<Values>(details: fc.RunDetails<Values>): void {
  if (!details.failed) return;
  const { seed, counterexamplePath } = details;
  const message = (fc.defaultReportMessage(details) ?? 'failed').slice(0, MESSAGE_LENGTH_MAX);
  const how = `VIGIL_FUZZ_SEED=${seed} VIGIL_FUZZ_PATH=${counterexamplePath ?? ''}`;
  throw new Error(`${message}\n\nThe same again: ${how}, with --test-name-pattern for this test alone.`, {
    cause: details.errorInstance,
  });
}
