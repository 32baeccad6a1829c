/** A request that nova carries out while the master reads: after the records, and before the slots. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { CloudCall } from '../../src/core/recovery/cloud.ts';
import { incidentOf } from './incidents.ts';
import type { World } from './little-world.ts';
import { settledWithMasterSpared } from './settled.ts';

/** Requests of these kinds wait at nova until they are let go. */
function gateOf(world: World) {
  const waiting = new Map<CloudCall['call'], (() => void)[]>();
  const ask = world.nova.ask.bind(world.nova);
  world.nova.ask = (call, answer) => {
    const kept = waiting.get(call.call);
    if (kept === undefined) ask(call, answer);
    else kept.push(() => ask(call, answer));
  };
  return {
    keep: (call: CloudCall['call']) => waiting.set(call, []),
    count: (call: CloudCall['call']) => waiting.get(call)?.length ?? 0,
    letGo(call: CloudCall['call']): void {
      const kept = waiting.get(call) ?? [];
      waiting.delete(call);
      for (const run of kept) run();
    },
  };
}

const ordersFor = (world: World, vm: string): number =>
  world.journal.filter(({ event, data }) => event === 'order' && data['vm'] === vm).length;

/** The order for `vm` has long expired, its request waits at nova, and a round has read that there is no record of it. */
function roundBehindItsRows(meanwhile: (world: World, victim: string) => void = () => {}) {
  const { world, victim } = settledWithMasterSpared(4);
  // As long as one is to be placed, what the hosts can take is asked for, too.
  world.addVm('too-big', victim, { memoryMib: 1e9 });
  world.nova.speed.buildMs = 20_000;
  const gate = gateOf(world);
  gate.keep('evacuate');
  world.powerOff(victim);
  world.until('asked', () => gate.count('evacuate') === 1, 60_000);
  const answered = () => world.journal.some(({ event }) => event === 'outcome');
  world.until('given up', answered, 100_000);
  meanwhile(world, victim);
  world.run(10_000);
  assert.equal(ordersFor(world, 'vm'), 1);
  gate.keep('list-servers');
  world.until('a round reads', () => gate.count('list-servers') > 0, 20_000);
  world.run(500);
  gate.letGo('evacuate');
  assert.equal(world.nova.rows.length, 1);
  const isCleared = () =>
    [...world.hosts.values()].every(({ core }) => (core?.executor.intents.size ?? 0) === 0);
  world.until('its slave has seen the record', isCleared, 10_000);
  world.run(1_500);
  return { world, victim, gate };
}

it('is ordered once: what stood before the records were read blocks, whatever the slots say by now', () => {
  const { world, victim, gate } = roundBehindItsRows();
  gate.letGo('list-servers');
  world.run(1_000);
  assert.equal(ordersFor(world, 'vm'), 1);
  world.until('recovered', () => incidentOf(world, victim)?.vms.get('vm')?.state === 'recovered', 60_000);
  assert.equal(ordersFor(world, 'vm'), 1);
  assert.equal(world.nova.rows.length, 1);
  assert.deepEqual([world.twice, world.watched.violations], [[], []]);
});

it('nor is its host taken back, and nova-compute started there, before it has ended', () => {
  const { world, victim, gate } = roundBehindItsRows((at, host) => at.powerOn(host));
  gate.letGo('list-servers');
  world.run(500);
  const { record } = incidentOf(world, victim) ?? assert.fail();
  assert.equal(record.phase, 'evacuating');
  world.until('it is taken back', () => incidentOf(world, victim)?.record.phase === 'returning', 60_000);
  assert.deepEqual(
    world.nova.rows.map(({ status }) => status),
    ['done'],
  );
  world.startCompute(victim);
  world.until('the other runs there', () => world.runsOn('too-big', victim), 60_000);
  assert.equal(ordersFor(world, 'vm'), 1);
  assert.deepEqual(
    world.reboots.map(({ vm }) => vm),
    ['too-big'],
  );
  assert.deepEqual([world.twice, world.watched.violations], [[], []]);
});
