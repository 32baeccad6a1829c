import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const MAIN = new URL('../main.ts', import.meta.url).pathname;

void test('a gate that waits tells each reason once, and ends when it may', {
  timeout: 60_000,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-gate-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const socket = join(folder, 'agent.sock');
  const gate = spawn(process.execPath, [
    '--import',
    'tsx',
    MAIN,
    'gate',
    '--wait',
    '300',
    '--socket',
    socket,
  ]);
  t.after(() => gate.kill('SIGKILL'));
  let [out, err] = ['', ''];
  gate.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  gate.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  await once(gate.stderr, 'data');

  // What an agent would answer, one after the other; the last for ever.
  const answers = ['declared', 'declared', 'declared', 'evacuating', 'evacuating', 'returning'];
  const agent = createServer((_, response) => {
    const phase = answers.length > 1 ? answers.shift() : answers[0];
    response.end(JSON.stringify({ open: phase === 'returning', words: `incident is ${phase}` }));
  });
  t.after(() => agent.close());
  agent.listen(socket);
  await once(gate, 'close');
  assert.equal(gate.exitCode, 0);
  assert.equal(out, 'incident is returning\n');
  assert.deepEqual(err.split('\n'), [
    `waiting: no agent serves ${socket}; is vigil agent running?`,
    'waiting: incident is declared',
    'waiting: incident is evacuating',
    '',
  ]);
});
