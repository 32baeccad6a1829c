import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chooseFolder } from '../../src/demo/choose-folder.ts';

void test('a folder of its own: an empty one or none yet, and nothing is left in it by the trial', (t) => {
  const parent = mkdtempSync(join(tmpdir(), 'vigil-folder-'));
  t.after(() => rmSync(parent, { recursive: true }));
  const folder = join(parent, 'demo');
  for (const time of ['first', 'second']) {
    assert.deepEqual(chooseFolder(folder), { ok: true, folder }, time);
    assert.deepEqual(readdirSync(folder), []);
  }
  writeFileSync(join(folder, 'clouds.yaml'), '');
  const refused = chooseFolder(folder);
  assert.ok(!refused.ok);
  assert.match(refused.words.join(), /demo: is not empty; remove it first, or name another$/);
  assert.deepEqual(readdirSync(folder), ['clouds.yaml']);
});
