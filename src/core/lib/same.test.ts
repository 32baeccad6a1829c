import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSame } from './same.ts';

const cases: readonly (readonly [unknown, unknown, boolean])[] = [
  [1, 1, true],
  ['a', 'b', false],
  [null, {}, false],
  [{}, null, false],
  [{ a: [1, { b: null }] }, { a: [1, { b: null }] }, true],
  [{ a: [1, { b: null }] }, { a: [1, { b: 0 }] }, false],
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: 1, b: 2 }, { a: 1 }, false],
  [[1, 2], [1], false],
  [[1], [1, 2], false],
  [[], {}, false],
  [{}, [], false],
];

for (const [a, b, same] of cases)
  void test(`${JSON.stringify(a)} and ${JSON.stringify(b)} ${same ? 'say' : 'do not say'} the same`, () =>
    assert.equal(isSame(a, b), same));
