/** Reboots that the present master has not seen happen: each host says itself which of its boots has ended. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bringBack } from './bring-back.ts';
import { blackout, light, settledWithVms } from './settled.ts';
import type { World } from './little-world.ts';

const isAtRest = (world: World): boolean => world.masters()[0]?.core?.master?.incidents.size === 0;

void describe('a host that rebooted without a word', () => {
  for (const [offMs, seed] of [500, 5_000, 9_000].flatMap((ms) =>
    [1, 2, 3, 4, 5, 6].map((n) => [ms, n] as const),
  )) {
    it(`is seen as such by a new master, if it was the former one and off for ${offMs} ms (seed ${seed})`, () => {
      const { world } = settledWithVms(0, { seed });
      const former = world.master().name;
      world.addVm('vm', former);
      world.powerOff(former);
      world.clock.after(offMs, () => bringBack(world, former));
      world.until('runs again', () => world.runsOn('vm', former), 90_000);
      world.until('at rest', () => isAtRest(world), 60_000);
      assert.equal(world.nova.rows.length, 0);
      assert.deepEqual(world.watched.violations, []);
    });
  }

  it('is seen as such by a new master, if it happened while there was none', () => {
    const { world, victim } = settledWithVms(1);
    world.killAgent(world.master().name);
    world.clock.after(6_000, () => world.powerOff(victim));
    world.clock.after(9_000, () => bringBack(world, victim));
    world.run(7_000);
    world.until('runs again', () => world.runsOn('vm0', victim), 90_000);
    world.until('at rest', () => isAtRest(world), 60_000);
    assert.equal(world.nova.rows.length, 0);
    assert.deepEqual(world.watched.violations, []);
  });

  it('is no news to a new master when the former one has seen to it', () => {
    const { world, victim } = settledWithVms(1);
    world.powerOff(victim);
    world.clock.after(5_000, () => bringBack(world, victim));
    world.until('runs again', () => world.runsOn('vm0', victim), 90_000);
    world.until('at rest', () => world.verdict(victim) === 'online', 60_000);
    const former = world.master().name;
    world.killAgent(former);
    world.until('another', () => world.masters().some(({ name }) => name !== former), 60_000);
    const begunMs = world.clock.now;
    world.run(60_000);
    const declared = world.journal.filter(({ atMs, event }) => atMs >= begunMs && event === 'declared');
    assert.deepEqual(declared, []);
  });

  it('is no news to a master for whom a volume hangs since before the one that has seen to it', () => {
    const { world } = settledWithVms(0, { leaseVolumes: 3 });
    const first = world.master().name;
    const [, third = ''] = [...world.hosts.keys()].filter((name) => name !== first);
    world.addVm('vm', first);
    world.volumes[0]?.hung.add(third);
    world.run(5_000);
    world.powerOff(first);
    world.clock.after(3_000, () => bringBack(world, first));
    world.until('runs again', () => world.runsOn('vm', first), 90_000);
    world.until('at rest', () => world.verdict(first) === 'online', 60_000);
    const second = world.master();
    assert.notEqual(second.name, third);
    for (const name of world.hosts.keys()) if (name !== third && name !== second.name) world.pauseAgent(name);
    const leaving = { why: 'agent-restart', expiresMs: 60_000 } as const;
    world.feed(second, second.agentLife, { kind: 'stop', now: world.clock.now, leaving });
    world.until('the third', () => world.masters()[0]?.name === third, 60_000);
    for (const name of world.hosts.keys()) world.resumeAgent(name);
    const begunMs = world.clock.now;
    world.run(60_000);
    const declared = world.journal.filter(({ atMs, event }) => atMs >= begunMs && event === 'declared');
    assert.deepEqual(declared, []);
  });

  it('is seen as such, if it dies while its agent is being restarted', () => {
    const { world, victim } = settledWithVms(1);
    const leaving = { why: 'agent-restart', expiresMs: 60_000 } as const;
    world.feed(world.host(victim), world.host(victim).agentLife, { kind: 'stop', now: 0, leaving });
    world.run(2_000);
    world.powerOff(victim);
    world.clock.after(20_000, () => bringBack(world, victim));
    world.until('runs again', () => world.runsOn('vm0', victim), 90_000);
    assert.equal(world.nova.rows.length, 0);
  });

  it('is seen as such by a later master, though a failure was declared once in the boot that ended', () => {
    const { world, victim } = settledWithVms(1);
    blackout(world, victim);
    world.until('failed', () => world.verdict(victim) === 'failed', 60_000);
    light(world, victim);
    world.until('online', () => world.verdict(victim) === 'online', 60_000);
    const former = world.master().name;
    world.killAgent(former);
    world.clock.after(6_000, () => world.powerOff(victim));
    world.clock.after(9_000, () => bringBack(world, victim));
    world.run(7_000);
    world.until('runs again', () => world.runsOn('vm0', victim), 90_000);
    assert.equal(world.nova.rows.length, 0);
  });

  it('is seen as such after the whole site was without power, the next master’s own included', () => {
    const { world } = settledWithVms(0);
    const names = [...world.hosts.keys()];
    for (const name of names) world.addVm(`on-${name}`, name);
    for (const name of names) world.powerOff(name);
    world.run(30_000);
    names.forEach((name, n) => world.clock.after(n * 10_000, () => bringBack(world, name)));
    world.run(1_000);
    const isThere = (name: string): boolean => world.runsOn(`on-${name}`, name);
    world.until('all run', () => names.every(isThere), 300_000);
    world.until('at rest', () => isAtRest(world), 60_000);
    assert.equal(world.nova.rows.length, 0);
    assert.equal(world.reboots.length, names.length);
    assert.ok(world.reboots.every(({ ran }) => !ran));
    assert.deepEqual(world.watched.violations, []);
  });
});
