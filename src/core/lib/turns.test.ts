import assert from 'node:assert/strict';
import { test } from 'node:test';
import { start, type Task } from './task.ts';
import { createTurns, inTurn } from './turns.ts';

/** Tasks that end when they are told to; `begun` in the order in which they began. */
function tasks() {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const task = function* (name: string): Task<string> {
    begun.push(name);
    yield (resume) => void ends.set(name, resume);
    return name;
  };
  return { begun, task, end: (name: string) => (ends.get(name) ?? assert.fail(name))() };
}

void test('so many tasks are under way at once, and the others begin in their order as one ends', () => {
  const { begun, task, end } = tasks();
  const turns = createTurns(2);
  for (const name of ['a', 'b', 'c', 'd']) start(inTurn(turns, task(name)), () => true);
  assert.deepEqual(begun, ['a', 'b']);
  end('b');
  assert.deepEqual(begun, ['a', 'b', 'c']);
  end('a');
  assert.deepEqual(begun, ['a', 'b', 'c', 'd']);
  end('c');
  end('d');
  assert.deepEqual(turns, createTurns(2));
});

void test('a task that is dropped hands its turn on, also one that waits for it', () => {
  const { begun, task, end } = tasks();
  const turns = createTurns(1);
  let isWanted = true;
  start(inTurn(turns, task('a')), () => isWanted);
  start(inTurn(turns, task('b')), () => isWanted);
  start(inTurn(turns, task('c')), () => true);
  isWanted = false;
  end('a');
  assert.deepEqual(begun, ['a', 'c']);
  end('c');
  assert.deepEqual(turns, createTurns(1));
});
