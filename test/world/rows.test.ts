/** nova's migration records say less than they seem to: what may be concluded from them, and what not. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CloudAnswer, CloudCall } from '../../src/core/recovery/cloud.ts';
import { Checker } from './checker.ts';
import { bringBack } from './faults.ts';
import { settled, slaveOf } from './settled.ts';
import type { World } from './world.ts';

const proofs = ['silence', 'reboot'] as const;

type Nova = (call: CloudCall, ask: () => CloudAnswer | null) => CloudAnswer | null;

/** Has nova answer otherwise. */
function answer(world: World, otherwise: Nova): void {
  const perform = world.nova.perform.bind(world.nova);
  world.nova.perform = (call) => otherwise(call, () => perform(call));
}

/** The master gets no VMs, so that a target can die without it. */
function spareMaster(world: World): void {
  const master = world.master().name;
  answer(world, (_, ask) => {
    const answered = ask();
    if (answered?.call !== 'list-services' || !answered.ok) return answered;
    const value = answered.value.map((service) =>
      service.host === master ? { ...service, status: 'disabled' as const } : service,
    );
    return { ...answered, value };
  });
}

describe('an evacuation that nova-compute of its target has not begun with', () => {
  for (const offMs of [2_000, 60_000])
    it(`is waited for, though the target was off for ${offMs} ms: its message waits there`, () => {
      // So many that the brake lets two of them be recovered at once.
      const world = settled({ hosts: 21, proofs });
      const checker = new Checker(world);
      spareMaster(world);
      const victim = slaveOf(world);
      world.nova.addServer('vm', victim);
      world.nova.buildMs = 20_000;
      world.powerOff(victim);
      world.until('accepted', () => world.nova.rows.length === 1, 60_000);
      const target = world.nova.rows[0]?.target ?? '';
      world.powerOff(target);
      world.run(offMs);
      world.powerOn(target);
      world.run(40_000);
      world.startCompute(target);
      world.until('built there', () => world.running.get('vm')?.has(target) === true, 60_000);
      world.run(60_000);
      assert.equal(world.nova.rows.length, 1);
      assert.deepEqual(checker.broken, []);
    });

  it('is over when its target reboots after it had begun, and the VM goes elsewhere', () => {
    const world = settled({ hosts: 5, proofs });
    const checker = new Checker(world);
    spareMaster(world);
    const victim = slaveOf(world);
    world.nova.addServer('vm', victim);
    world.powerOff(victim);
    world.until('begun', () => world.nova.rows[0]?.status === 'pre-migrating', 60_000);
    const target = world.nova.rows[0]?.target ?? '';
    world.powerOff(target);
    world.run(3_000);
    bringBack(world, target);
    // The brake holds for a minute after the second silent host.
    world.until('built', () => world.running.get('vm')?.size === 1, 120_000);
    assert.equal(world.nova.rows.length, 2);
    assert.deepEqual(checker.broken, []);
  });
});
