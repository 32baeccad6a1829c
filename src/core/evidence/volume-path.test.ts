import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { header, TIMING } from '../../../test/world/fixtures.ts';
import { observe, pathState, restartClock, sight, type VolumePath } from './volume-path.ts';

const BOUND_MS = TIMING.volumeLostMs;

function read(
  path: VolumePath | undefined,
  shows: { readonly counter: number; readonly incarnation?: number },
  endedMs: number,
): VolumePath {
  return observe(path, header(shows), sight(path, header(shows), TIMING, endedMs), endedMs);
}

function seen(counters: readonly number[], everyMs = 1_000): VolumePath {
  const path = counters.reduce<VolumePath | undefined>(
    (before, counter, n) => read(before, { counter }, n * everyMs),
    undefined,
  );
  assert.ok(path);
  return path;
}

const still = (reads: number): number[] => [1, 2, ...Array.from({ length: reads }, () => 2)];

void test('never read is unseen; a first read is fresh, but no sign of life', () => {
  assert.equal(pathState(undefined, TIMING, BOUND_MS, 0), 'unseen');
  const path = seen([7]);
  assert.equal(pathState(path, TIMING, BOUND_MS, 0), 'fresh');
  assert.equal(path.seenAlive, false);
  assert.equal(seen([7, 8]).seenAlive, true);
});

void test('lost after 8 valid reads over 8 s without advance, not one read or one moment sooner', () => {
  assert.equal(pathState(seen(still(7)), TIMING, BOUND_MS, 8_000), 'fresh');
  assert.equal(pathState(seen(still(8)), TIMING, BOUND_MS, 9_000), 'lost');
  assert.equal(pathState(seen(still(12), 600), TIMING, BOUND_MS, 7_800), 'fresh', '12 reads within 7.2 s');
  assert.equal(pathState(seen(still(4), 3_000), TIMING, BOUND_MS, 15_000), 'fresh', '4 reads over 12 s');
});

void test('reads that stop make it unseen, never lost', () => {
  const path = seen(still(8));
  assert.equal(pathState(path, TIMING, BOUND_MS, path.readMs + TIMING.readFreshMs), 'lost');
  assert.equal(pathState(path, TIMING, BOUND_MS, path.readMs + TIMING.readFreshMs + 1), 'unseen');
  assert.equal(pathState(seen([1, 2]), TIMING, BOUND_MS, 1_000 + BOUND_MS - 1), 'fresh');
  assert.equal(pathState(seen([1, 2]), TIMING, BOUND_MS, 1_000 + BOUND_MS), 'unseen');
});

void test('a longer bound of the observed host counts', () => {
  assert.equal(pathState(seen(still(8)), TIMING, 20_000, 9_000), 'fresh');
  assert.equal(pathState(seen(still(20)), TIMING, 20_000, 21_000), 'lost');
});

void test('going backwards is not life, a new incarnation is', () => {
  const path = seen([5, 6]);
  assert.equal(sight(path, header({ counter: 4 }), TIMING, 2_000), 'backwards');
  assert.equal(sight(path, header({ counter: 6 }), TIMING, 2_000), 'still');
  assert.equal(sight(path, header({ incarnation: 0, counter: 99 }), TIMING, 2_000), 'backwards');
  assert.equal(sight(path, header({ incarnation: 2, counter: 0 }), TIMING, 2_000), 'advance');
  assert.equal(read(path, { counter: 4 }, 9_000).advancedMs, path.advancedMs);
  assert.equal(read(path, { counter: 4 }, 9_000).counter, 6);
});

void test('an advance over a time in which nobody looked tells of that time, not of now', () => {
  const path = seen([5, 6]);
  assert.equal(read(path, { counter: 12 }, path.readMs + BOUND_MS - 1).seenAlive, true);
  const anew = read(path, { counter: 13 }, path.readMs + BOUND_MS);
  assert.equal(anew.seenAlive, false);
  assert.equal(anew.advancedMs, anew.readMs, 'its silence is counted from here');
  assert.equal(read(anew, { counter: 14 }, anew.readMs + 1_000).seenAlive, true);
});

void test('an observer that was late starts anew, and takes nobody for alive who was silent before', () => {
  const lost = restartClock(seen(still(8)), false, 60_000);
  assert.equal(lost.seenAlive, false);
  assert.equal(pathState(read(lost, { counter: 2 }, 61_000), TIMING, BOUND_MS, 61_000), 'fresh');
  assert.equal(restartClock(seen([1, 2]), true, 60_000).seenAlive, true);
  assert.equal(restartClock(seen([1, 2]), true, 500).advancedMs, 1_000, 'never back in time');
});

void test('whatever is read: lost only with enough reads, over enough time, the last of them recent', () => {
  const reads = fc.array(
    fc.record({ gapMs: fc.integer({ min: 1, max: 4_000 }), step: fc.constantFrom(0, 0, 0, 0, 0, 1, -1) }),
    { minLength: 1, maxLength: 40 },
  );
  fc.assert(
    fc.property(reads, fc.nat(5_000), (steps, laterMs) => {
      let path: VolumePath | undefined;
      let at = 0;
      let counter = 100;
      let highest = 0;
      let advancedMs = 0;
      let since = 0;
      for (const { gapMs, step } of steps) {
        at += gapMs;
        counter += step;
        path = read(path, { counter }, at);
        if (counter > highest) {
          highest = counter;
          advancedMs = at;
          since = 0;
        } else since += 1;
      }
      const state = pathState(path, TIMING, BOUND_MS, at + laterMs);
      const mayBeLost = since >= 8 && at - advancedMs >= BOUND_MS && laterMs <= TIMING.readFreshMs;
      assert.equal(state === 'lost', mayBeLost);
    }),
  );
});
