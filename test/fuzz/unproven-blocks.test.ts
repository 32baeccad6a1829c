/**
 * Blocks that anybody with a hand on the storage may have written, read by hosts that have no key to check them with:
 * whatever stands there, the master stays who it is, and no other host is ever taken for dead.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { SeatObservation, SlotObservation } from '../../src/core/wire/observations.ts';
import { World } from '../world/little-world.ts';
import { choose, number, seat, slot, some } from './core-answers.ts';
import { fuzz } from './runs.ts';

const NAMES = ['h1', 'h2', 'h3', 'h4'] as const;
const ELIGIBLE = ['h1', 'h2'];
const TERMS = [0, 1, 2, 100, 2 ** 32, 2 ** 40, Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER];
const COUNTERS = [1, 100, 1_000_000, Number.MAX_SAFE_INTEGER];

interface Forged {
  readonly index: number;
  readonly by: number;
  readonly counter: number;
}

function forgedSlot(world: World, { index, by, counter }: Forged): SlotObservation {
  const one = slot(index, by, counter);
  const { name, ip } = world.host(choose(NAMES, index));
  if (one.state !== 'read') return { ...one, host: name };
  const body = {
    ...one.body,
    host: name,
    address: { ip, udpPort: 1, apiPort: 2 },
    termSeen: choose(TERMS, by),
  };
  return { ...one, host: name, body, authentic: false };
}

function forgedSeat(world: World, { index, by, counter }: Forged): SeatObservation {
  const one = seat(index, by, counter);
  const { name, ip } = world.host(choose(NAMES, index));
  if (one.state !== 'read') return { ...one, host: name };
  const body = { ...one.body, host: name, address: { ip, udpPort: 1, apiPort: 2 }, term: choose(TERMS, by) };
  return { ...one, host: name, body, authentic: false };
}

/** As the beat of `reader` tells its agent of them. */
function forge(world: World, reader: string, by: number): void {
  const host = world.host(reader);
  const now = world.localMs(host);
  const counter = choose(COUNTERS, by >> 3);
  const slots = some((index, by, counter) => forgedSlot(world, { index, by, counter }), 4, by, counter);
  const seats = some((index, by, counter) => forgedSeat(world, { index, by, counter }), 4, by, counter);
  const times = { begunMs: now, endedMs: now, wroteMs: now };
  const volume = choose(world.volumes, by).name;
  const event = { kind: 'reading', volume, ...times, error: null, seats, slots } as const;
  world.feed(host, host.agentLife, { kind: 'volume', now, event });
}

const turn = fc.record({
  reader: fc.constantFrom('h3', 'h4'),
  by: number,
  thenMs: fc.constantFrom(0, 300, 1_000, 1_000, 5_000),
});

void test('what a host without the key reads costs no master the lease', () => {
  fuzz(
    0.02,
    fc.property(number, fc.array(turn, { minLength: 5, maxLength: 30 }), (seed, turns) => {
      const world = new World({ hosts: 4, seed: (seed % 1_000) + 1, eligible: ELIGIBLE });
      world.run(20_000);
      const master = world.master();
      const term = master.core?.master?.term ?? 0;
      for (const { reader, by, thenMs } of turns) {
        forge(world, reader, by);
        world.run(thenMs);
      }
      world.run(15_000);
      assert.equal(world.master().name, master.name, 'another master');
      assert.equal(master.core?.master?.term, term, 'another term');
      for (const name of NAMES) assert.equal(world.host(name).core?.termSeen, term, `term seen by ${name}`);
      for (const name of NAMES)
        if (name !== master.name) assert.equal(world.verdict(name), 'online', `verdict of ${name}`);
      assert.deepEqual(world.watched.violations, []);
    }),
  );
});
