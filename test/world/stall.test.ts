import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { World } from './little-world.ts';
import { settled, slaveOf, slaves } from './settled.ts';

/** Longer than it takes for a host to be lost, and shorter than the lease. */
const STOOD_STILL_MS = 4_500;

/** What comes first when it goes on: its timer, or what was told to it meanwhile. */
const ORDERS = ['timer', 'missed'] as const;
type First = (typeof ORDERS)[number];

function standStill(world: World, name: string, first: First): void {
  world.pauseAgent(name);
  world.run(STOOD_STILL_MS);
  world.resumeAgent(name, first === 'timer');
}

/** What it, or anybody, has said of others since. */
function heldAgainst(world: World, journalled: number): readonly unknown[] {
  const verdicts = world.journal.slice(journalled).filter(({ event }) => event === 'verdict');
  return [...verdicts, ...world.reports];
}

for (const first of ORDERS)
  describe(`an agent that stood still for a moment, first taking up: ${first}`, () => {
    it('as master holds against nobody what it did not hear, and does not take itself for deaf', () => {
      const world = settled({ hosts: 4 });
      const master = world.master().name;
      const journalled = world.journal.length;
      standStill(world, master, first);
      world.run(20_000);
      const events = world.journal.slice(journalled).map(({ event }) => event);
      assert.ok(events.includes('stalled'), 'it must have noticed');
      assert.ok(!events.includes('stepped-down'));
      assert.deepEqual(heldAgainst(world, journalled), []);
      assert.equal(world.master().name, master);
    });

    it('as master counts the silence of a host that died meanwhile from when it looks again', () => {
      const world = settled({ hosts: 4 });
      const [victim = ''] = slaves(world);
      world.addVm('vm', victim);
      world.powerOff(victim);
      standStill(world, world.master().name, first);
      const awakeMs = world.clock.now;
      world.until('failed', () => world.verdict(victim) === 'failed', 30_000);
      assert.ok(world.clock.now - awakeMs >= world.timing.volumeLostMs, `${world.clock.now - awakeMs} ms`);
      world.until('recovered', () => world.servers.get('vm')?.host !== victim, 120_000);
      assert.deepEqual(world.watched.violations, []);
    });

    it('as slave complains of no volume that it did not look at', () => {
      const world = settled({ hosts: 4 });
      const slave = slaveOf(world);
      standStill(world, slave, first);
      world.run(20_000);
      assert.deepEqual(
        world.reports.map(({ report }) => report.cause).filter((cause) => cause.startsWith('volume/')),
        [],
      );
    });
  });
