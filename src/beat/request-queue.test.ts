import assert from 'node:assert/strict';
import { test } from 'node:test';
import { monotonicMs } from './clock.ts';
import { requestQueue } from './request-queue.ts';

/** What was carried out of a queue, and when it was all. */
function carriedOut() {
  const queue = requestQueue();
  const done: string[] = [];
  const add = (kind: 'body' | 'seat' | 'cell' | 'read', name: string, then = () => {}): void =>
    queue.add(kind, () => {
      done.push(name);
      then();
    });
  const last = (): Promise<void> => new Promise((resolve) => add('read', 'last', resolve));
  return { queue, done, add, last };
}

void test('a write of the seat goes before what waits, and the rest keeps its order', async () => {
  const { done, add, last } = carriedOut();
  add('read', 'read', () => add('seat', 'a later seat'));
  add('body', 'body');
  add('cell', 'cell');
  add('seat', 'seat');
  add('body', 'another body');
  await last();
  assert.deepEqual(done, ['seat', 'read', 'a later seat', 'body', 'cell', 'another body', 'last']);
});

void test('a timer goes off between two requests, however many wait', async () => {
  const { done, add, last } = carriedOut();
  add('read', 'first', () => {
    setTimeout(() => done.push('timer'), 1);
    const begunMs = monotonicMs();
    while (monotonicMs() <= begunMs + 2);
  });
  add('read', 'second');
  await last();
  assert.deepEqual(done, ['first', 'timer', 'second', 'last']);
});

void test('a beat that begins carries out the writes of the seat that wait, each once', async () => {
  const { queue, done, add, last } = carriedOut();
  add('read', 'read');
  add('seat', 'holding');
  add('seat', 'released');
  assert.equal(queue.writeSeats(), true);
  assert.deepEqual(done, ['holding', 'released']);
  assert.equal(queue.writeSeats(), false);
  await last();
  assert.deepEqual(done, ['holding', 'released', 'read', 'last']);
});
