import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TIMING } from '../../../test/world/fixtures.ts';
import { createObserver, isUnfit, noteTick, tickMs } from './observer.ts';

const LATE_MS = TIMING.stallMs + tickMs(TIMING);

void test('late by more than a beat is a stall, by a beat is not, and the first tick is never one', () => {
  const observer = createObserver();
  assert.equal(noteTick(observer, TIMING, 90_000), false);
  assert.equal(noteTick(observer, TIMING, 90_000 + LATE_MS), false);
  assert.equal(noteTick(observer, TIMING, 90_000 + 2 * LATE_MS + 1), true);
});

void test('three stalls within a minute make unfit, until the minute has passed', () => {
  const observer = createObserver();
  noteTick(observer, TIMING, 0);
  noteTick(observer, TIMING, 10_000);
  noteTick(observer, TIMING, 20_000);
  assert.equal(isUnfit(observer, TIMING, 20_000), false);
  noteTick(observer, TIMING, 30_000);
  assert.equal(isUnfit(observer, TIMING, 30_000), true);
  assert.equal(isUnfit(observer, TIMING, 69_999), true);
  assert.equal(isUnfit(observer, TIMING, 70_000), false);
});

void test('however often it stalls, no more are remembered than count', () => {
  const observer = createObserver();
  for (let n = 0; n < 100; n += 1) noteTick(observer, TIMING, n * 5_000);
  assert.equal(observer.stalls.length, TIMING.stallsMax);
});
