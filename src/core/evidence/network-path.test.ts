import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createRandom } from '../lib/random.ts';
import {
  createNetworkPath,
  forgetNetwork,
  hear,
  networkState,
  NO_NONCE,
  nonceFor,
  restartNetworkClock,
  speaksInTurn,
  type NetworkPath,
} from './network-path.ts';

const random = createRandom(1);
const beat = (nonce: string, counter: number, agent = 'a1', boot = 'b1') => ({ nonce, counter, agent, boot });

/** A path on which agent a1 has answered its challenge, with counter 10 at time 0. */
function answered(): NetworkPath {
  const path = createNetworkPath();
  assert.equal(hear(path, beat(NO_NONCE, 9), random, 0), 'challenge');
  assert.equal(hear(path, beat(nonceFor(path), 10), random, 0), 'life');
  return path;
}

void test('the first datagram is only challenged; its answer is life', () => {
  const path = createNetworkPath();
  hear(path, beat(NO_NONCE, 1), random, 5);
  assert.equal(path.heardMs, null);
  assert.notEqual(nonceFor(path), NO_NONCE);
  assert.equal(hear(path, beat(nonceFor(path), 2), random, 7), 'life');
  assert.equal(path.heardMs, 7);
});

void test('the same datagram again, and an older one, is a replay and no life', () => {
  const path = answered();
  for (const counter of [10, 9, 0]) assert.equal(hear(path, beat(path.nonce, counter), random, 50), 'replay');
  assert.equal(path.heardMs, 0);
  assert.equal(hear(path, beat(path.nonce, 11), random, 60), 'life');
});

void test('a master that has just started takes no recorded datagram for life', () => {
  const recorded = answered().nonce;
  const path = createNetworkPath();
  for (const counter of [10, 11, 12])
    assert.equal(hear(path, beat(recorded, counter), random, 50), 'challenge');
  assert.equal(path.heardMs, null);
});

void test('a new agent and a new boot are challenged anew; the old one is no life afterwards', () => {
  const path = answered();
  const old = path.nonce;
  assert.equal(hear(path, beat(old, 11, 'a2'), random, 20), 'challenge');
  assert.equal(hear(path, beat(nonceFor(path), 1, 'a2'), random, 21), 'life');
  assert.equal(hear(path, beat(old, 99, 'a1'), random, 30), 'challenge');
  assert.equal(hear(path, beat(path.nonce, 99, 'a2', 'b2'), random, 31), 'challenge');
  assert.equal(path.heardMs, 21);
});

void test('a replayed old life does not keep the living one from being heard', () => {
  const path = answered();
  assert.equal(hear(path, beat(NO_NONCE, 1, 'a0'), random, 20), 'challenge');
  assert.equal(hear(path, beat(path.nonce, 11), random, 21), 'life');
  assert.equal(path.heardMs, 21);
});

void test('an open challenge is asked again with the same nonce', () => {
  const path = createNetworkPath();
  hear(path, beat(NO_NONCE, 1), random, 0);
  const nonce = nonceFor(path);
  hear(path, beat(NO_NONCE, 2), random, 1);
  assert.equal(nonceFor(path), nonce);
});

void test('fresh until the bound, then lost; unseen while nobody had time to answer', () => {
  const path = createNetworkPath();
  assert.equal(networkState(path, 4_000, 99_000), 'unseen');
  path.askedMs = 100_000;
  assert.equal(networkState(path, 4_000, 103_999), 'unseen');
  assert.equal(networkState(path, 4_000, 104_000), 'lost');
  path.heardMs = 200_000;
  assert.equal(networkState(path, 4_000, 203_999), 'fresh');
  assert.equal(networkState(path, 4_000, 204_000), 'lost');
});

void test('after a stall only what was fresh is fresh', () => {
  const fresh = answered();
  restartNetworkClock(fresh, true, 60_000);
  assert.equal(networkState(fresh, 4_000, 61_000), 'fresh');
  const silent = answered();
  restartNetworkClock(silent, false, 60_000);
  assert.equal(networkState(silent, 4_000, 61_000), 'unseen');
  assert.equal(networkState(silent, 4_000, 64_000), 'lost');
  const never = createNetworkPath();
  restartNetworkClock(never, false, 60_000);
  assert.equal(networkState(never, 4_000, 99_000), 'unseen');
});

void test('what was heard in a former mastership is forgotten', () => {
  const path = answered();
  forgetNetwork(path);
  assert.equal(networkState(path, 4_000, 1), 'unseen');
});

void test('no sequence of guesses is taken for life', () => {
  const guess = fc.record({
    nonce: fc.constantFrom(NO_NONCE, '00000000000000ff', 'ffffffffffffffff'),
    counter: fc.nat(),
    agent: fc.constantFrom('a1', 'a2'),
    boot: fc.constantFrom('b1', 'b2'),
  });
  fc.assert(
    fc.property(fc.array(guess), (beats) => {
      const path = answered();
      for (const one of beats) assert.notEqual(hear(path, one, random, 99), 'life');
    }),
  );
});

void test('an agent that goes on after another one spoke never was gone: two have one name', () => {
  const path = answered();
  const speak = (agent: string, counter: number, now: number): boolean => {
    hear(path, beat(NO_NONCE, counter, agent), random, now);
    return speaksInTurn(path, now);
  };
  assert.equal(speak('a2', 1, 1_000), false, 'its successor after a restart');
  assert.equal(speak('a1', 10, 2_000), false, 'a recorded datagram of the former one');
  assert.equal(speak('a2', 2, 3_000), false);
  assert.equal(speak('a1', 11, 4_000), true);
  assert.equal(speaksInTurn(path, 63_999), true);
  assert.equal(speaksInTurn(path, 64_000), false);
});
