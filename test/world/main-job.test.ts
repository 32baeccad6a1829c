import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { showStatus } from '../../src/core/show-status.ts';
import { holdOf, incidentOf } from './incidents.ts';
import { settled, slaveOf, slaves } from './settled.ts';
import { KERNEL_SENDS_MS } from '../../src/core/recovery/still-sent.ts';

describe('the main job, on virtual time', () => {
  it('restarts the VMs of a dead slave once each, spread over the others', () => {
    const world = settled({ hosts: 4 });
    const victim = slaveOf(world);
    for (let n = 0; n < 10; n += 1) world.addVm(`vm${n}`, victim);
    const diedMs = world.clock.now;
    world.powerOff(victim);
    const firstMs = world.until('first evacuation', () => world.nova.rows.length > 0, 30_000) - diedMs;
    world.until(
      'all elsewhere',
      () => [...world.servers.values()].every(({ host }) => host !== victim),
      60_000,
    );
    assert.ok(firstMs <= 17_000, `first evacuation after ${firstMs} ms`);
    assert.equal(world.nova.rows.length, 10);
    const perTarget = new Map<string, number>();
    for (const { host } of world.servers.values()) perTarget.set(host, (perTarget.get(host) ?? 0) + 1);
    assert.deepEqual(
      [...perTarget.values()].sort((a, b) => a - b),
      [3, 3, 4],
    );
    assert.deepEqual(world.twice, []);
    world.powerOn(victim);
    world.until('returning', () => world.verdict(victim) === 'returning', 20_000);
    world.run(5_000);
    world.startCompute(victim);
    world.until('online', () => world.verdict(victim) === 'online', 30_000);
    assert.equal(world.nova.state.services.get(victim)?.forcedDown, false);
  });

  it('does the same for the master', () => {
    const world = settled({ hosts: 4 });
    const victim = world.master().name;
    for (let n = 0; n < 10; n += 1) world.addVm(`vm${n}`, victim);
    const diedMs = world.clock.now;
    world.powerOff(victim);
    const firstMs = world.until('first evacuation', () => world.nova.rows.length > 0, 60_000) - diedMs;
    world.until(
      'all elsewhere',
      () => [...world.servers.values()].every(({ host }) => host !== victim),
      60_000,
    );
    assert.ok(firstMs <= 23_000, `first evacuation after ${firstMs} ms`);
    assert.equal(world.nova.rows.length, 10);
  });

  it('leaves an isolated host alone and says so once, with its end', () => {
    const world = settled({ hosts: 4 });
    const victim = slaveOf(world);
    world.addVm('vm', victim);
    world.host(victim).network = 0;
    world.until('isolated', () => world.verdict(victim) === 'isolated', 30_000);
    world.run(120_000);
    world.host(victim).network = 1;
    world.until('online', () => world.verdict(victim) === 'online', 30_000);
    assert.equal(world.nova.rows.length, 0);
    const told = world.reports
      .filter(({ report }) => report.cause === `host/${victim}/isolated`)
      .map(({ report }) => report.state);
    assert.deepEqual(told, ['begin', 'end']);
  });

  it('reports a partition once, naming both sides, and keeps one master', () => {
    const world = settled({ hosts: 4 });
    const far = slaves(world).slice(0, 2);
    for (const name of far) world.host(name).network = 2;
    world.until('partitioned', () => far.every((name) => world.verdict(name) === 'partitioned'), 30_000);
    world.run(60_000);
    assert.equal(world.masters().length, 1);
    const told = world.reports
      .filter(({ report }) => report.cause === 'partition')
      .map(({ report }) => report);
    assert.equal(told.length, 1);
    assert.deepEqual(told[0]?.evidence['farSide'], far.sort());
    assert.equal(world.nova.rows.length, 0);
  });

  it('tells a dead agent from a dead host', () => {
    const world = settled({ hosts: 4 });
    const [one, two] = slaves(world);
    world.addVm('vm', one ?? '');
    world.killAgent(one ?? '');
    world.until('agent-down', () => world.verdict(one ?? '') === 'agent-down', 30_000);
    world.killAgent(two ?? '');
    world.host(two ?? '').beats = false;
    world.until('agent-down', () => world.verdict(two ?? '') === 'agent-down', 40_000);
    world.run(60_000);
    assert.equal(world.nova.rows.length, 0);
  });

  it('suspects itself when all hosts lose the network together', () => {
    const world = settled({ hosts: 4 });
    for (const host of world.hosts.values()) host.network = 0;
    world.run(120_000);
    assert.equal(world.nova.rows.length, 0);
    assert.equal(world.masters().length, 1);
    assert.ok(!world.reports.some(({ report }) => report.cause.includes('/failed')));
    for (const host of world.hosts.values()) host.network = 1;
    world.until('all online', () => slaves(world).every((name) => world.verdict(name) === 'online'), 60_000);
  });

  it('holds without an accepted proof until an operator confirms', () => {
    const world = settled({ hosts: 4, proofs: [] });
    const victim = slaveOf(world);
    world.addVm('vm', victim);
    world.powerOff(victim);
    world.until('held', () => holdOf(world, victim) === 'no-proof', 30_000);
    world.run(60_000);
    assert.equal(world.nova.rows.length, 0);
    world.ask(world.master().name, { ask: 'confirm-dead', host: victim, by: 'ann' }, (answer) =>
      assert.ok(answer.to === 'confirm-dead' && answer.ok),
    );
    world.until('recovered', () => world.servers.get('vm')?.host !== victim, 30_000);
    assert.equal(world.nova.rows.length, 1);
  });

  it('recovers everything when the master is killed in the middle, with one row a VM', () => {
    for (const seed of [1, 2, 3, 4, 5]) {
      for (const afterRows of [0, 1, 4, 10]) {
        const world = settled({ hosts: 5, seed });
        const victim = slaveOf(world);
        for (let n = 0; n < 10; n += 1) world.addVm(`vm${n}`, victim);
        world.powerOff(victim);
        world.until(
          'orders',
          () =>
            world.nova.rows.length >= afterRows &&
            (world.nova.state.services.get(victim)?.forcedDown ?? false),
          60_000,
        );
        const killed = world.master().name;
        world.killAgent(killed);
        // As its unit would: an intent of its own stays open until it is back and the bound for it has passed.
        world.clock.after(5_000, () => world.startAgent(killed));
        world.until(
          'all elsewhere',
          () => [...world.servers.values()].every(({ host }) => host !== victim),
          KERNEL_SENDS_MS + world.timing.openRequestMs + 120_000,
        );
        assert.equal(world.nova.rows.length, 10, `seed ${seed}, killed after ${afterRows}`);
      }
    }
  });

  it('is shown by a new master with names and attempts, also what is elsewhere already', () => {
    const world = settled({ hosts: 5 });
    const victim = slaveOf(world);
    for (const vm of ['one', 'two']) world.addVm(vm, victim);
    world.powerOff(victim);
    const shown = () => {
      const { core } = world.masters()[0] ?? {};
      const vms =
        core === null || core === undefined ? [] : showStatus(core).incidents.flatMap((one) => one.vms);
      return vms.map(({ name, state, attempt }) => `${name}: ${state}, ${attempt}`).sort();
    };
    const recovered = ['name of one: recovered, 1', 'name of two: recovered, 1'];
    world.until('recovered', () => isDeepStrictEqual(shown(), recovered), 60_000);
    const { name } = world.master();
    world.killAgent(name);
    world.until('another master', () => world.masters().some((host) => host.name !== name), 60_000);
    world.until(`the same is shown`, () => isDeepStrictEqual(shown(), recovered), 60_000);
  });

  it('finds the row of an evacuation whose answer was swallowed', () => {
    const world = settled({ hosts: 4 });
    const victim = slaveOf(world);
    world.addVm('vm', victim);
    world.nova.faults.swallows = true;
    world.powerOff(victim);
    world.until('recovered', () => world.servers.get('vm')?.host !== victim, 60_000);
    world.run(200_000);
    assert.equal(world.nova.rows.length, 1);
  });

  it('waits for nova and then recovers', () => {
    const world = settled({ hosts: 4 });
    const victim = slaveOf(world);
    world.addVm('vm', victim);
    world.nova.faults.up = false;
    world.powerOff(victim);
    world.run(60_000);
    world.nova.faults.up = true;
    world.until('recovered', () => world.servers.get('vm')?.host !== victim, 60_000);
  });
});

describe('a VM that its owner deletes while it is being recovered', () => {
  it('keeps no incident open', () => {
    const world = settled({ hosts: 4 });
    const victim = slaveOf(world);
    for (const vm of ['kept', 'gone']) world.addVm(vm, victim);
    world.powerOff(victim);
    world.until(
      'rebuilt',
      () => world.nova.rows.filter(({ status }) => status === 'done').length === 2,
      60_000,
    );
    // Before the master has seen it ACTIVE.
    world.nova.state.servers.delete('gone');
    world.powerOn(victim);
    world.clock.after(8_000, () => world.startCompute(victim));
    world.until('online', () => world.verdict(victim) === 'online', 60_000);
    assert.deepEqual(world.master().core?.master?.incidents.size, 0);
  });

  it('keeps none open either when its records went with it before the master saw them end', () => {
    const world = settled({ hosts: 4 });
    const victim = slaveOf(world);
    for (const vm of ['kept', 'gone']) world.addVm(vm, victim);
    world.powerOff(victim);
    const work = () => incidentOf(world, victim)?.vms.get('gone');
    world.until('seen under way', () => work()?.reason === 'nova: pre-migrating', 60_000);
    world.nova.state.servers.delete('gone');
    const { migrations } = world.nova.state;
    for (const [at, { instanceUuid }] of [...migrations.entries()].reverse())
      if (instanceUuid === 'gone') migrations.splice(at, 1);
    world.until('told', () => work()?.state === 'not-recovered', 20_000);
    world.powerOn(victim);
    world.clock.after(8_000, () => world.startCompute(victim));
    world.until('online', () => world.verdict(victim) === 'online', 60_000);
    assert.deepEqual(world.master().core?.master?.incidents.size, 0);
  });
});
