// The long runs of the simulator: what was played with the same code and kept every promise is not played again, so that
// it can be stopped at any time and go on, also on another machine. Records and their sum are kept below sim/nightly, one
// folder for each state of the core and the simulated world; those of other states may be removed. Checkers only watch:
// whoever makes one stricter removes the records, too. A run that was kept under a stricter one is kept.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

/**
 * Many short runs of any size; runs of six hours of any size, for what counts by the hour; six hours of 32 hosts. Clusters
 * that differ show more than the same hours of a few large ones, of which a processor plays half as many again in the same
 * time.
 */
const PARTS = [
  { name: 'short', args: ['--seeds', '1..2000'] },
  { name: 'six-hours', args: ['--seeds', '100001..100800', '--minutes', '360'] },
  { name: 'large', args: ['--seeds', '200001..200530', '--minutes', '360', '--hosts', '32'] },
];
/** Most of what a run makes is garbage at once: with room for it, a run takes a sixth less. */
const NODE_FLAGS = ['--max-semi-space-size=32'];
const HOUR_MS = 3_600_000;

/** All that decides how a run goes. */
const DECIDES = [
  'run/draw-run',
  'scenario/settle',
  'run/take-steps',
  'run/come-to-rest',
  'run/one-more-dies',
];

/** Of it, without comments and types. */
function hashOfCode() {
  const contents = DECIDES.map((name) => `export * from './sim/${name}.ts';`).join('\n');
  const stdin = { contents, resolveDir: '.' };
  const { outputFiles } = buildSync({ stdin, bundle: true, minify: true, format: 'esm', write: false });
  return createHash('sha256').update(outputFiles[0].contents).digest('hex').slice(0, 16);
}

/** What was cut off has been played again, or will be. */
function readRecord(path) {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    });
}

/**
 * They are played again: the last thing that was done about them is to be seen. With them goes what was cut off, which
 * `sim swarm` would refuse anywhere but at the end.
 */
function dropBroken(path) {
  if (!existsSync(path)) return;
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const kept = readRecord(path).filter(({ broken }) => broken.length === 0);
  if (kept.length < lines.length) writeFileSync(path, kept.map((run) => `${JSON.stringify(run)}\n`).join(''));
}

const sum = (runs, of) => runs.reduce((total, run) => total + of(run), 0);
const figures = (name, seeds, runs) => [
  name,
  seeds,
  String(runs.length),
  sum(runs, ({ simulatedMs }) => simulatedMs / HOUR_MS).toFixed(0),
  sum(runs, ({ hosts, simulatedMs }) => (hosts * simulatedMs) / HOUR_MS).toFixed(0),
  String(sum(runs, ({ evacuations }) => evacuations)),
  String(sum(runs, ({ masters }) => masters)),
  String(sum(runs, ({ lostBets }) => lostBets.length)),
  String(runs.filter(({ broken }) => broken.length > 0).length),
];
const HEAD = [
  'part',
  'seeds',
  'runs',
  'hours',
  'host-hours',
  'evacuations',
  'masters',
  'bets lost',
  'broken runs',
];

const only = process.argv.slice(2);
const unknown = only.find((name) => !PARTS.some((part) => part.name === name));
if (unknown !== undefined) {
  console.error(`${unknown} is no part; these are: ${PARTS.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}
const folder = join('sim', 'nightly', hashOfCode());
mkdirSync(folder, { recursive: true });
const recordOf = (name) => join(folder, `${name}.jsonl`);

let failed = false;
for (const { name, args } of PARTS.filter((part) => only.length === 0 || only.includes(part.name))) {
  dropBroken(recordOf(name));
  console.log(`=== ${name}: vigil sim swarm ${args.join(' ')}`);
  const command = [...NODE_FLAGS, 'dist/vigil.js', 'sim', 'swarm', ...args, '--record', recordOf(name)];
  if (spawnSync(process.execPath, command, { stdio: 'inherit' }).status !== 0) failed = true;
}

const parts = PARTS.map(({ name, args }) => ({ name, seeds: args[1], runs: readRecord(recordOf(name)) }));
const rows = [HEAD, ...parts.map(({ name, seeds, runs }) => figures(name, seeds, runs))];
rows.push(
  figures(
    'all',
    '',
    parts.flatMap(({ runs }) => runs),
  ),
);
const table = rows.map((row) =>
  row
    .map((cell, n) => cell.padEnd(n === 1 ? 16 : 12))
    .join('')
    .trimEnd(),
);
writeFileSync(join(folder, 'summary.txt'), `${table.join('\n')}\n`);
console.log(`=== ${join(folder, 'summary.txt')}\n${table.join('\n')}`);
process.exit(failed ? 1 : 0);
