/** A nova that leaves out VMs, as while the database of a cell fails over, and calls that a complete answer. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { incidentOf, isClosed } from './incidents.ts';
import type { World } from './little-world.ts';
import { answer } from './otherwise.ts';
import { settledWithVms } from './settled.ts';

/** As long as it says so, once for each list of VMs. */
function leaveOut(world: World, isSo: () => boolean): void {
  answer(world, (_, ask) => {
    const answered = ask();
    if (answered?.call !== 'list-servers' || !answered.ok || !isSo()) return answered;
    return { ...answered, value: [] };
  });
}

it('does not end a recovery that has just begun', () => {
  const { world, victim } = settledWithVms(1);
  let lists = 0;
  leaveOut(world, () => ++lists <= 2);
  world.powerOff(victim);
  world.run(1_000);
  world.powerOn(victim);
  world.run(4_000);
  world.startCompute(victim);
  world.until('runs', () => world.runsOn('vm0', victim), 60_000);
  world.until('closed', () => isClosed(world, victim), 120_000);
});

it('does not end the recovery of a VM that waits to be started in place', () => {
  const { world, victim } = settledWithVms(1);
  let leavesOut = false;
  leaveOut(world, () => leavesOut);
  world.powerOff(victim);
  world.run(1_000);
  world.powerOn(victim);
  const work = () => incidentOf(world, victim)?.vms.get('vm0');
  world.until('it waits', () => work()?.state === 'waiting', 60_000);
  leavesOut = true;
  world.startCompute(victim);
  world.run(20_000);
  assert.match(work()?.reason ?? '', /no longer lists it/);
  leavesOut = false;
  world.until('runs', () => world.runsOn('vm0', victim), 120_000);
  world.until('closed', () => isClosed(world, victim), 120_000);
});
