import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRandom } from '../src/core/lib/random.ts';
import { VirtualClock } from './clock.ts';

const DELAYS_MS = [-5, 0, 0, 1, 1.5, 2, 300.25, 1_000, 1_023, 1_024, 2_047, 2_048, 2_049, 10_000];

interface Made {
  readonly at: number;
  readonly number: number;
}

describe('virtual clock', () => {
  it('runs events by their time, and those of one time in the order in which they were made', () => {
    const random = createRandom(7);
    for (let round = 0; round < 100; round += 1) {
      const clock = new VirtualClock();
      const made: Made[] = [];
      const ran: Made[] = [];
      const make = (): void => {
        const delayMs = DELAYS_MS[random.below(DELAYS_MS.length)] ?? 0;
        const event = { at: clock.now + Math.max(0, delayMs), number: made.length };
        made.push(event);
        clock.after(delayMs, () => {
          assert.equal(clock.now, event.at);
          ran.push(event);
          for (let n = random.below(3); n > 0 && made.length < 300; n -= 1) make();
        });
      };
      while (made.length < 100) {
        make();
        clock.runUntil(clock.now + random.below(1_500) / 4);
      }
      while (ran.length < made.length) clock.runUntil(clock.now + 10_000);
      assert.deepEqual(
        ran,
        [...ran].sort((a, b) => a.at - b.at || a.number - b.number),
      );
    }
  });

  it('runs no event of a later time, and is there afterwards', () => {
    const clock = new VirtualClock();
    const ran: number[] = [];
    for (const atMs of [10, 10.5, 11]) clock.after(atMs, () => ran.push(atMs));
    clock.runUntil(10.25);
    assert.deepEqual([ran, clock.now], [[10], 10.25]);
    clock.runUntil(10.5);
    assert.deepEqual([ran, clock.now], [[10, 10.5], 10.5]);
  });
});
