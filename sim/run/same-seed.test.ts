import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settle } from '../scenario/settle.ts';
import { drawRun } from './draw-run.ts';
import { take } from './take-steps.ts';

const FAULTS_MS = 60_000;
const SIZE = { hosts: 4, faultsMs: FAULTS_MS };
/** In which enough happens to differ. */
const BUSY = Array.from({ length: 100 }, (_, n) => n + 1)
  .filter((seed) => drawRun(seed, SIZE).faults.length >= 4)
  .slice(0, 5);

/** Everything that happens in the run of this seed, each with its time. */
function eventsOf(seed: number): readonly string[] {
  const { cluster, faults } = drawRun(seed, SIZE);
  const settled = settle(cluster);
  assert.ok(settled.ok);
  const { world } = settled;
  const events: string[] = [];
  world.events.listen((event) => events.push(`${world.clock.now} ${JSON.stringify(event)}`));
  for (const { atMs, steps } of faults) world.clock.after(atMs, () => take(world, steps));
  world.run(2 * FAULTS_MS);
  assert.ok(events.length > 20, `only ${events.length} events`);
  return events;
}

describe('a random run', () => {
  const first = new Map<number, readonly string[]>();

  for (const seed of BUSY)
    it(`is the same to the byte for the same seed (${seed})`, () => {
      const events = eventsOf(seed);
      assert.deepEqual(eventsOf(seed), events);
      first.set(seed, events);
    });

  it('is another for another seed', () => {
    const different = new Set([...first.values()].map((events) => events.join('\n')));
    assert.equal(different.size, BUSY.length);
    assert.equal(BUSY.length, 5);
  });

  it('is another for another seed of chance alone, with the same cluster and faults', () => {
    const { cluster } = drawRun(1, SIZE);
    const drawn = [1, 2].map((seed) => {
      const settled = settle({ ...cluster, settings: { ...cluster.settings, seed } });
      assert.ok(settled.ok);
      return settled.world.random.below(1_000_000_000);
    });
    assert.notEqual(drawn[0], drawn[1]);
  });
});
