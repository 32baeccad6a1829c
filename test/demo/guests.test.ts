import assert from 'node:assert/strict';
import { test } from 'node:test';
import { livesOf } from '../../src/demo/guests.ts';

const lines = (...each: readonly string[]): string => each.map((line) => `${line}\n`).join('');

void test('one guest process is one life', () => {
  assert.deepEqual(livesOf(lines('h1 1', 'h1 2', 'h1 3')), [
    { host: 'h1', first: 1, last: 3, isUnbroken: true },
  ]);
});

void test('a guest restarted on its own host is another life', () => {
  assert.deepEqual(
    livesOf(lines('h1 1', 'h1 2', 'h1 1')).map(({ host, first }) => `${host} ${first}`),
    ['h1 1', 'h1 1'],
  );
});

void test('two hosts in turns are three lives: it ran twice', () => {
  assert.deepEqual(
    livesOf(lines('h1 1', 'h2 1', 'h1 2')).map(({ host }) => host),
    ['h1', 'h2', 'h1'],
  );
});

void test('a lost line is seen, half a last line is not yet one', () => {
  assert.equal(livesOf(lines('h1 1', 'h1 3'))[0]?.isUnbroken, false);
  assert.deepEqual(livesOf(`${lines('h1 1', 'h1 2')}h1 `), [
    { host: 'h1', first: 1, last: 2, isUnbroken: true },
  ]);
  assert.deepEqual(livesOf(''), []);
});
