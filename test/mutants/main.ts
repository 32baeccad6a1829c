/**
 * Plants defects in the core, one at a time, and tells what catches each. `--help` tells the rest.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Baseline } from './baseline.ts';
import { CATCHERS } from './catcher.ts';
import { endAll } from './child.ts';
import { CI } from './ci.ts';
import { type Examined, examine, isCaught, type Plan } from './examine.ts';
import { MUTANTS } from './lists/all.ts';
import type { Mutant } from './mutant.ts';
import { allScenarios } from './scenarios.ts';
import { oneLine, table } from './table.ts';

const HELP = `Plants defects in the core, one at a time, and tells what catches each: scenarios, random runs, tests.
Exit code 1: one was caught by nothing.

  [NAME…]       these defects, or those whose name begins so (default: all)
  --ci          ten, each by the one thing that is to catch it
  --all         try everything on each, and all scenarios, not only until it is caught
  --by WHAT     scenarios, swarm or tests; may be given more than once (default: each)
  --scenario S  those whose name begins so (default: all)
  --seeds A..B  of the swarm (default: 1..60)
  --jobs N      defects at a time (default: 2)
  --list        tell what there is`;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    ci: { type: 'boolean', default: false },
    all: { type: 'boolean', default: false },
    by: { type: 'string', multiple: true, default: [...CATCHERS] },
    scenario: { type: 'string', default: '' },
    seeds: { type: 'string', default: '1..60' },
    jobs: { type: 'string', default: '2' },
    list: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

async function main(): Promise<number> {
  if (flags.help) return tell([HELP]);
  const chosen = choose();
  if (chosen.length === 0) return tell(['no such defect; --list tells what there is'], 2);
  if (flags.list) return tell(chosen.map(({ mutant: { name, why } }) => `${name.padEnd(36)} ${why}`));
  const folder = mkdtempSync(join(tmpdir(), 'vigil-mutants-'));
  process.once('exit', () => {
    endAll();
    rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(2));
  const beganMs = performance.now();
  const baseline = new Baseline(folder);
  const examined = await examineAll(chosen, baseline, folder);
  const survivors = examined.filter((one) => !isCaught(one)).map(({ mutant }) => mutant.name);
  if (baseline.known.size > 0)
    say(`\nleft out, since it fails without a defect: ${[...baseline.known].join('; ')}`);
  for (const line of ['', ...table(examined), '']) say(line);
  say(
    `${examined.length} defects in ${Math.round((performance.now() - beganMs) / 1_000)} s, ${survivors.length} caught by nothing`,
  );
  for (const name of survivors) say(`SURVIVES ${name}`);
  return survivors.length > 0 ? 1 : 0;
}

interface Chosen {
  readonly mutant: Mutant;
  readonly plan: Plan;
}

function choose(): readonly Chosen[] {
  const [, first, last] = /^(\d+)\.\.(\d+)$/.exec(flags.seeds) ?? [];
  const plan: Plan = {
    catchers: CATCHERS.filter((by) => flags.by.includes(by)),
    all: flags.all,
    seeds: { first: Number(first), last: Number(last) },
    scenarios: allScenarios().filter((name) => name.startsWith(flags.scenario)),
  };
  if (flags.ci)
    return CI.flatMap(({ name, by, scenario = '' }) => {
      const mutant = MUTANTS.find((one) => one.name === name);
      const scenarios = plan.scenarios.filter((one) => one.startsWith(scenario));
      return mutant === undefined ? [] : [{ mutant, plan: { ...plan, catchers: [by], scenarios } }];
    });
  const isWanted = ({ name }: Mutant): boolean =>
    positionals.length === 0 || positionals.some((begin) => name.startsWith(begin));
  return MUTANTS.filter(isWanted).map((mutant) => ({ mutant, plan }));
}

async function examineAll(
  chosen: readonly Chosen[],
  baseline: Baseline,
  folder: string,
): Promise<readonly Examined[]> {
  const left = chosen.map((one, place) => ({ ...one, place }));
  const examined: Examined[] = [];
  /** What has caught others is tried first: most are caught by few. */
  const caught = new Map<string, number>();
  const keepBusy = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const scenarios = [...next.plan.scenarios].sort((a, b) => (caught.get(b) ?? 0) - (caught.get(a) ?? 0));
      const one = await examine(next.mutant, { ...next.plan, scenarios }, baseline, folder);
      for (const { where } of one.outcomes.get('scenarios')?.catches ?? [])
        caught.set(where, (caught.get(where) ?? 0) + 1);
      examined[next.place] = one;
      say(oneLine(one));
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Number(flags.jobs)) }, keepBusy));
  return examined;
}

function tell(lines: readonly string[], code = 0): number {
  for (const line of lines) say(line);
  return code;
}

process.exitCode = await main();
