import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectedCore, Pump } from '../../test/world/pump.ts';
import { all, start, type Task } from './lib/task.ts';
import { expire, MAX_OPEN_REQUESTS, request, resolve, sleep } from './requests.ts';
import type { Core } from './state.ts';
import { step } from './step.ts';

const READ = { do: 'read-volume', volume: 'a', what: ['seats'] } as const;
const FAILED = { of: 'read-volume', ok: false, volume: 'a', detail: 'no' } as const;

function asked(core: Core): number {
  const effect = core.outbox.at(-1);
  assert.ok(effect !== undefined && 'id' in effect);
  return effect.id;
}

void test('a result ends the wait; a second one, and one that nobody waits for, is dropped', () => {
  const core = connectedCore();
  const ended: unknown[] = [];
  start(note(ended, request(core, READ, 1_000)), () => true);
  const id = asked(core);
  resolve(core, id + 1, FAILED);
  assert.deepEqual(ended, []);
  resolve(core, id, FAILED);
  resolve(core, id, FAILED);
  assert.deepEqual(ended, [FAILED]);
});

void test('without a result it ends at its deadline, not before, and late ones are dropped', () => {
  const core = connectedCore();
  const ended: unknown[] = [];
  start(note(ended, request(core, READ, 1_000)), () => true);
  const id = asked(core);
  core.now += 999;
  expire(core);
  assert.deepEqual(ended, []);
  core.now += 1;
  expire(core);
  assert.deepEqual(ended, [null]);
  resolve(core, id, FAILED);
  assert.deepEqual(ended, [null]);
});

void test('a task that nobody wants any more takes no further step, and tidies up', () => {
  const core = connectedCore();
  const trace: string[] = [];
  let wanted = true;
  start(
    (function* (): Task<void> {
      try {
        yield* sleep(core, 1_000);
        trace.push('went on');
      } finally {
        trace.push('tidied');
      }
    })(),
    () => wanted,
  );
  wanted = false;
  core.now += 1_000;
  expire(core);
  assert.deepEqual(trace, ['tidied']);
});

void test('a task begun when nobody wants it never begins', () => {
  const trace: string[] = [];
  start(note(trace, immediate('begun')), () => false);
  assert.deepEqual(trace, []);
});

void test('side by side: values keep their places, whichever ends first; none at all ends at once', () => {
  const core = connectedCore();
  const wait = function* (forMs: number): Task<number> {
    yield* sleep(core, forMs);
    return forMs;
  };
  const pump = new Pump(core, () => null);
  assert.deepEqual(
    pump.run(
      all([wait(900), wait(100), immediate(5)], () => true),
      2_000,
    ),
    [900, 100, 5],
  );
  assert.deepEqual(
    pump.run(
      all([], () => true),
      100,
    ),
    [],
  );
});

void test('too many open requests: no further ones are sent, and they count as unanswered', () => {
  const core = connectedCore();
  for (let n = 0; n < MAX_OPEN_REQUESTS; n += 1) start(request(core, READ, 1_000), () => true);
  const before = core.outbox.length;
  const ended: unknown[] = [];
  start(note(ended, request(core, READ, 1_000)), () => true);
  assert.deepEqual(ended, [null]);
  assert.equal(core.outbox.length, before);
  assert.equal(core.requests.refused, 1);
});

void test('the clock of the core never goes back', () => {
  const core = connectedCore();
  step(core, { kind: 'tick', now: core.now + 500 });
  const { now } = core;
  step(core, { kind: 'tick', now: now - 400 });
  assert.equal(core.now, now);
});

function* note<Value>(into: unknown[], task: Task<Value>): Task<void> {
  into.push(yield* task);
}

// oxlint-disable-next-line require-yield -- it is done at once
function* immediate<Value>(value: Value): Task<Value> {
  return value;
}
