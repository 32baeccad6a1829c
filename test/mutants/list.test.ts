/** The list of defects fits the core as it is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CI } from './ci.ts';
import { MUTANTS } from './lists/all.ts';
import { mutate } from './mutant.ts';

const names = MUTANTS.map(({ name }) => name);

for (const mutant of MUTANTS)
  void test(`the place of ${mutant.name} is there once`, () => {
    assert.match(mutant.file, /^src\/core\/.*(?<!\.test)\.ts$/);
    assert.notEqual(mutant.find, mutant.replace);
    mutate(mutant);
  });

void test('each defect has a name of its own', () => {
  assert.deepEqual(
    names.filter((name, place) => names.indexOf(name) !== place),
    [],
  );
});

void test('the ten that are looked at with every change are in the list', () => {
  assert.deepEqual(
    CI.filter(({ name }) => !names.includes(name)),
    [],
  );
});
