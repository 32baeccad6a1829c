import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createProcesses } from '../../src/demo/processes.ts';

const PATIENCE_MS = 10_000;
const LOOK_MS = 20;

async function until(what: string, look: () => boolean): Promise<void> {
  const giveUpMs = performance.now() + PATIENCE_MS;
  while (!look()) {
    if (performance.now() > giveUpMs) assert.fail(`waited ${PATIENCE_MS} ms in vain for: ${what}`);
    await new Promise((resolve) => {
      setTimeout(resolve, LOOK_MS);
    });
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

void test('what was started dies with a demonstration that is killed', async (t) => {
  const file = fileURLToPath(new URL('parent.ts', import.meta.url));
  const parent = spawn(process.execPath, ['--import', 'tsx', file, '/dev/null'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => parent.kill('SIGKILL'));
  let told = '';
  parent.stdout.on('data', (bytes: Buffer) => void (told += bytes.toString()));
  await until('the pid of the child', () => told.includes('\n'));
  const child = Number(told);
  assert.ok(lives(child));
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await until('the child to be gone', () => !lives(child));
});

void test('an end that nobody asked for is remembered, a stop is not', async () => {
  const processes = createProcesses();
  const start = (name: string, script: string): void => {
    processes.start({ name, argv: [process.execPath, '-e', script], logFile: '/dev/null' });
  };
  start('faulty', 'process.exit(3)');
  start('patient', 'setInterval(() => {}, 1000)');
  start('stubborn', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)');
  await until('the fault to be noticed', () => processes.unexpected().length > 0);
  await processes.stopAll(500);
  assert.deepEqual(processes.unexpected(), ['faulty ended by itself (exit code 3), see /dev/null']);
});
