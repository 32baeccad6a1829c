/** The contract: what Vigil relies on, and the bad habits it is built around. */
import { Bench, type Habit } from './bench.ts';
import type { ContractCase } from './cases/case.ts';
import { evacuationCases } from './cases/evacuations.ts';
import { requestCases } from './cases/requests.ts';
import { guestCases } from './cases/guests.ts';
import { returnCases } from './cases/returns.ts';
import type { ContractTarget } from './target.ts';

export const contractCases: readonly ContractCase[] = [
  ...requestCases,
  ...evacuationCases,
  ...returnCases,
  ...guestCases,
];

export type CaseResult =
  | { readonly kind: 'passed'; readonly habits: readonly Habit[] }
  | { readonly kind: 'failed'; readonly error: unknown; readonly habits: readonly Habit[] }
  /** The target cannot do what the case needs. */
  | { readonly kind: 'impossible' };

/** Runs one case and leaves the target as it was, whatever came of it. */
export async function runContractCase(target: ContractTarget, one: ContractCase): Promise<CaseResult> {
  if (one.possible?.(target) === false) return { kind: 'impossible' };
  const bench = new Bench(target);
  try {
    try {
      await one.run(bench);
    } finally {
      await bench.heal();
    }
  } catch (error) {
    return { kind: 'failed', error, habits: bench.habits };
  } finally {
    await bench.close();
  }
  const missing = bench.habits.filter((habit) => !habit.shown);
  if (target.habitsMustShow && missing.length > 0) {
    const names = missing.map((habit) => habit.name).join('; ');
    return { kind: 'failed', error: new Error(`habit not shown: ${names}`), habits: bench.habits };
  }
  return { kind: 'passed', habits: bench.habits };
}

/** Runs the whole contract and tells its course; true when nothing failed. */
export async function runContract(target: ContractTarget, print: (line: string) => void): Promise<boolean> {
  let failures = 0;
  for (const one of contractCases) {
    const result = await runContractCase(target, one);
    switch (result.kind) {
      case 'impossible':
        print(`not tried   ${one.name} (${target.name} cannot be made to do it)`);
        break;
      case 'failed':
        failures += 1;
        print(
          `FAILED      ${one.name}: ${result.error instanceof Error ? result.error.message : String(result.error)}`,
        );
        break;
      case 'passed':
        print(`ok          ${one.name}`);
        break;
    }
    if (result.kind === 'impossible') continue;
    for (const habit of result.habits) if (!habit.shown) print(`habit not shown: ${habit.name}`);
  }
  print(
    `${contractCases.length - failures} of ${contractCases.length} cases of the contract did not fail on ${target.name}`,
  );
  return failures === 0;
}
