import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Checker } from './checker.ts';
import { bringBack } from './faults.ts';
import { settled, slaveOf, slaves } from './settled.ts';
import type { World } from './world.ts';

const term = (world: World): number => world.master().core?.termSeen ?? 0;

describe('who is master, on virtual time', () => {
  it('hands over within seconds when a master stops cleanly', () => {
    const world = settled({ hosts: 4 });
    const old = world.master();
    const before = term(world);
    const askedMs = world.clock.now;
    const leaving = { why: 'agent-restart', expiresMs: 60_000 } as const;
    world.feed(old, old.agentLife, { kind: 'stop', now: askedMs, leaving });
    world.until('another master', () => world.masters().some(({ name }) => name !== old.name), 20_000);
    assert.ok(world.clock.now - askedMs <= 6_000, `${world.clock.now - askedMs} ms`);
    assert.ok(term(world) > before);
  });

  it('never resumes a term after a restart of the agent', () => {
    const world = settled({ hosts: 4 });
    const checker = new Checker(world);
    const old = world.master().name;
    const before = term(world);
    world.killAgent(old);
    world.startAgent(old);
    assert.equal(world.masters().length, 0);
    world.until('a master', () => world.masters().length === 1, 30_000);
    assert.ok(term(world) > before);
    assert.deepEqual(checker.broken, []);
  });

  it('a master that was stopped finds its lease gone before it does anything', () => {
    const world = settled({ hosts: 4 });
    const checker = new Checker(world);
    const old = world.master();
    const victim = slaves(world)[0] ?? '';
    world.nova.addServer('vm', victim);
    world.powerOff(victim);
    world.until('forced down', () => world.nova.services.get(victim)?.forcedDown ?? false, 30_000);
    world.pauseAgent(old.name);
    world.until('another master', () => world.masters().some(({ name }) => name !== old.name), 30_000);
    world.run(5_000);
    const journalled = world.journal.length;
    world.resumeAgent(old.name);
    world.run(2_000);
    const done = world.journal.slice(journalled).filter(({ by }) => by === old.name);
    assert.equal(done.find(({ event }) => event !== 'executed')?.event, 'stepped-down');
    assert.ok(!done.some(({ event }) => event === 'order' || event === 'declared'));
    assert.deepEqual(checker.broken, []);
    world.until('recovered', () => world.nova.servers.get('vm')?.host !== victim, 240_000);
    assert.equal(world.nova.rows.length, 1);
  });

  it('the last eligible host stands in though its own incident is open, until another can end that', () => {
    const world = settled({ hosts: 5, eligible: ['h1', 'h2'] });
    const checker = new Checker(world);
    const first = world.master().name;
    const second = first === 'h1' ? 'h2' : 'h1';
    for (const host of [first, second]) world.nova.addServer(`vm-of-${host}`, host);
    world.powerOff(second);
    world.until('one recovered', () => world.nova.servers.get(`vm-of-${second}`)?.host !== second, 60_000);
    world.powerOff(first);
    bringBack(world, second);
    const diedMs = world.clock.now;
    world.until('it stands in', () => world.masters().some(({ name }) => name === second), 150_000);
    assert.ok(world.clock.now - diedMs >= 60_000, 'others would have had a minute');
    // It has never seen the other alive, so it asks: the site may just have started.
    world.until('asks', () => world.verdict(first) === 'unknown', 60_000);
    world.ask(second, { ask: 'confirm-dead', host: first, by: 'ann' }, () => {});
    world.until('the other, too', () => world.nova.servers.get(`vm-of-${first}`)?.host !== first, 60_000);
    bringBack(world, first);
    world.until('makes way', () => world.masters().some(({ name }) => name === first), 120_000);
    const atRest = () => world.masters()[0]?.core?.master?.incidents.size === 0 && world.host(second).compute;
    // What the master before it may have told nova is waited for.
    world.until('nothing is open', atRest, 60_000 + world.timing.openRequestMs);
    world.until('online', () => world.verdict(second) === 'online', 20_000);
    assert.deepEqual(checker.broken, []);
  });

  for (const how of ['hung', 'failing'] as const) {
    it(`three lease volumes, one ${how} for all: a master is found, and another one after it`, () => {
      const world = settled({ hosts: 4, leaseVolumes: 3 });
      for (const name of world.hosts.keys()) world.volumes[2]?.[how].add(name);
      world.run(30_000);
      assert.equal(world.masters().length, 1);
      const old = world.master().name;
      const diedMs = world.clock.now;
      world.powerOff(old);
      world.until('another master', () => world.masters().length === 1, 60_000);
      assert.ok(world.clock.now - diedMs <= 25_000, `${world.clock.now - diedMs} ms`);
    });
  }

  it('three lease volumes, two lost: nobody acts, and no VM is touched', () => {
    const world = settled({ hosts: 4, leaseVolumes: 3 });
    const victim = slaveOf(world);
    world.nova.addServer('vm', victim);
    for (const volume of world.volumes.slice(1))
      for (const name of world.hosts.keys()) volume.failing.add(name);
    world.run(20_000);
    assert.equal(world.masters().length, 0);
    world.powerOff(victim);
    world.run(120_000);
    assert.equal(world.nova.rows.length, 0);
    for (const volume of world.volumes) volume.failing.clear();
    world.until('a master', () => world.masters().length === 1, 60_000);
  });

  it('a master that was late neither takes a dead host for alive nor a living one for dead', () => {
    const world = settled({ hosts: 4 });
    const victim = slaveOf(world);
    world.powerOff(victim);
    world.until('failed', () => world.verdict(victim) === 'failed', 30_000);
    const id = world.master().core?.master?.incidents.get(victim)?.record.id;
    const { name } = world.master();
    world.pauseAgent(name);
    world.run(3_000);
    world.resumeAgent(name);
    for (let n = 0; n < 200; n += 1) {
      world.run(100);
      assert.equal(world.verdict(victim), 'failed');
    }
    assert.equal(world.master().core?.master?.incidents.get(victim)?.record.id, id);
    assert.ok(slaves(world).every((host) => host === victim || world.verdict(host) === 'online'));
  });

  it('a master that comes again does not suspect itself, and gives the lease to nobody', () => {
    const world = settled({ hosts: 3 });
    const { name } = world.master();
    const before = term(world);
    world.killBeats(name, null);
    world.until('no master', () => world.masters().length === 0, 20_000);
    for (const other of world.hosts.keys()) if (other !== name) world.volumes[0]?.failing.add(other);
    world.startBeats(name);
    world.until('the same one', () => world.masters()[0]?.name === name, 60_000);
    assert.ok(term(world) > before);
    for (const other of world.hosts.keys()) world.volumes[0]?.failing.delete(other);
    const reported = world.reports.length;
    world.run(30_000);
    assert.equal(world.masters()[0]?.name, name);
    const causes = world.reports.slice(reported).map(({ report }) => report.cause);
    assert.ok(!causes.includes('master/suspecting-myself'), causes.join(', '));
  });
});
