// Runs node:test over every *.test.ts below the folders named on the command line (default: src, sim and test,
// without test/openstack, which needs a real OpenStack and has a target of its own).
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

const roots = process.argv.slice(2);
const skipped = new Set([join('test', 'openstack')]);

function* testFiles(path) {
  if (path.endsWith('.test.ts')) yield path;
  else if (!path.includes('.') || path === '.') {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      if (entry.isDirectory() ? !skipped.has(child) : child.endsWith('.test.ts')) yield* testFiles(child);
    }
  }
}

const files = (roots.length > 0 ? roots : ['src', 'sim', 'test'])
  .flatMap((root) => [...testFiles(root)])
  .sort();
if (files.length === 0) {
  console.error('no test files found');
  process.exit(1);
}
// Half of the files wait most of the time: by itself node would leave a processor idle, and on two that is one of two.
const concurrency = `--test-concurrency=${availableParallelism()}`;
const args = ['--import', 'tsx', '--test', concurrency, '--test-reporter=spec', ...files];
const run = spawnSync(process.execPath, args, { stdio: 'inherit' });
process.exit(run.status ?? 1);
