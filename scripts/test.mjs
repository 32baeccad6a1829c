// Runs node:test over every *.test.ts below the folders named on the command line (default: src, sim, test,
// without test/openstack, which needs a real OpenStack and has a target of its own).
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
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

const files = (roots.length > 0 ? roots : ['src', 'sim', 'test'].filter((root) => existsSync(root)))
  .flatMap((root) => [...testFiles(root)])
  .sort();
if (files.length === 0) {
  console.error('no test files found');
  process.exit(1);
}
const run = spawnSync(process.execPath, ['--import', 'tsx', '--test', '--test-reporter=spec', ...files], {
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
