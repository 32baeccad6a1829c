/** Lets one defect be caught. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Baseline } from './baseline.ts';
import { bundleProgram, bundleTests } from './bundle.ts';
import { type CatcherName, CATCHERS, type Outcome, type Search } from './catcher.ts';
import type { Mutant } from './mutant.ts';
import { searchScenarios } from './scenarios.ts';
import { searchSwarm } from './swarm.ts';
import { searchTests } from './unit-tests.ts';

export interface Plan {
  /** Tried in this order. */
  readonly catchers: readonly CatcherName[];
  /** Try each of them, and all scenarios. */
  readonly all: boolean;
  readonly seeds: { readonly first: number; readonly last: number };
  readonly scenarios: readonly string[];
}

export interface Examined {
  readonly mutant: Mutant;
  readonly outcomes: ReadonlyMap<CatcherName, Outcome>;
  readonly tookMs: number;
}

export async function examine(
  mutant: Mutant,
  { catchers, all, seeds, scenarios }: Plan,
  baseline: Baseline,
  folder: string,
): Promise<Examined> {
  const beganMs = performance.now();
  const own = join(folder, mutant.name);
  mkdirSync(own);
  const outcomes = new Map<CatcherName, Outcome>();
  let program: string | null = null;
  for (const by of CATCHERS.filter((catcher) => catchers.includes(catcher))) {
    const isKnown = (where: string): Promise<boolean> => baseline.fails(by, where);
    const search = (bundle: string): Search => ({ bundle, isKnown, all: all && by === 'scenarios' });
    if (by === 'tests') outcomes.set(by, await searchTests(search(await bundleTests(mutant, own))));
    else {
      program ??= await bundleProgram(mutant, own);
      const outcome =
        by === 'scenarios'
          ? await searchScenarios(search(program), scenarios)
          : await searchSwarm(search(program), seeds);
      outcomes.set(by, outcome);
    }
    if (!all && isCaught({ mutant, outcomes })) break;
  }
  return { mutant, outcomes, tookMs: performance.now() - beganMs };
}

/** What never ends catches only what never ends. */
export function isCaught({ mutant, outcomes }: Pick<Examined, 'mutant' | 'outcomes'>): boolean {
  return [...outcomes.values()].some(
    ({ catches, hung }) => catches.length > 0 || (mutant.hangs === true && hung !== null),
  );
}
