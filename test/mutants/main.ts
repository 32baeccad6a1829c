/**
 * Plants defects in the core, one at a time, and tells what catches each. `--help` tells the rest.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { counted } from '../../src/cli/sim/tell.ts';
import { Baseline } from './baseline.ts';
import { endAll } from './child.ts';
import { type Chosen, readCommandLine } from './command-line.ts';
import { type Examined, examine, isCaught } from './examine.ts';
import { oneLine, table } from './table.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const asked = readCommandLine(process.argv.slice(2));
  if (asked.ask === 'nothing') {
    process.stderr.write(`${asked.mistake}\n`);
    return 2;
  }
  if (asked.ask === 'help') return tell([asked.text]);
  const { chosen, jobs } = asked;
  if (asked.ask === 'list')
    return tell(chosen.map(({ mutant: { name, why } }) => `${name.padEnd(36)} ${why}`));
  const folder = mkdtempSync(join(tmpdir(), 'vigil-mutants-'));
  process.once('exit', () => {
    endAll();
    rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(2));
  const beganMs = performance.now();
  const baseline = new Baseline(folder);
  const examined = await examineAll(chosen, jobs, baseline, folder);
  const survivors = examined.filter((one) => !isCaught(one)).map(({ mutant }) => mutant.name);
  if (baseline.known.size > 0)
    say(`\nleft out, since it fails without a defect: ${[...baseline.known].join('; ')}`);
  for (const line of ['', ...table(examined), '']) say(line);
  say(
    `${counted(examined.length, 'defect')} in ${Math.round((performance.now() - beganMs) / 1_000)} s, ${survivors.length} caught by nothing`,
  );
  for (const name of survivors) say(`SURVIVES ${name}`);
  return survivors.length > 0 ? 1 : 0;
}

async function examineAll(
  chosen: readonly Chosen[],
  jobs: number,
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
  await Promise.all(Array.from({ length: jobs }, keepBusy));
  return examined;
}

function tell(lines: readonly string[]): number {
  for (const line of lines) say(line);
  return 0;
}

process.exitCode = await main();
