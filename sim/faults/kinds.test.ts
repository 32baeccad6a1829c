import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { FAULT_KINDS } from './kinds.ts';

it('every kind of fault stands in the table, and nothing else does', () => {
  const docs = readFileSync(new URL('../../docs/simulator.md', import.meta.url), 'utf8');
  const [, table = ''] = docs.split('| kind of fault | what |\n|---|---|\n');
  const [rows = ''] = table.split('\n\n');
  const told = rows.split('\n').flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)]);
  assert.deepEqual(new Set(told.map(([, kind]) => kind)), new Set(FAULT_KINDS));
  assert.equal(told.length, FAULT_KINDS.length);
});
