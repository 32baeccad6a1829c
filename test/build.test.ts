/** The bundle is a program that can be started as it is, also through a link and from another folder. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { test } from 'node:test';

const ROOT = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');

void test('the bundle starts by its name, and only its first lines name the interpreter', (t) => {
  // Beside the real one, which somebody may be running.
  const folder = mkdtempSync(join(tmpdir(), 'vigil-build-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['src', 'package.json', 'tsconfig.json', 'tsconfig.core.json'])
    symlinkSync(join(ROOT, name), join(folder, name));
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { cwd: folder });

  symlinkSync(join(folder, 'dist/vigil.js'), join(folder, 'vigil'));
  const env = {
    ...process.env,
    PATH: `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`,
  };
  const run = (...args: readonly string[]): string =>
    execFileSync(join(folder, 'vigil'), args, { cwd: '/', env, encoding: 'utf8' });
  assert.match(run('--help'), /^Usage: vigil /);
  // Needs a chunk.
  assert.match(run('config', 'explain', 'timing.beat_ms'), /^timing\.beat_ms\n/);

  const dist = join(folder, 'dist');
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.js'),
  );
  assert.ok(files.length > 1, 'there are no chunks');
  for (const name of files) {
    const lines = readFileSync(join(dist, name), 'utf8').split('\n');
    const interpreters = lines.flatMap((line, index) => (line.startsWith('#!') ? [index] : []));
    assert.deepEqual(interpreters, [0], name);
  }
});
