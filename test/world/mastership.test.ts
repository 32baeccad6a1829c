import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { act } from '../../sim/actions/act.ts';
import type { Action } from '../../sim/actions/action.ts';
import { bringBack } from './bring-back.ts';
import { settled, slaveOf, slaves } from './settled.ts';
import type { World } from './little-world.ts';

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
    const old = world.master().name;
    const before = term(world);
    world.killAgent(old);
    world.startAgent(old);
    assert.equal(world.masters().length, 0);
    world.until('a master', () => world.masters().length === 1, 30_000);
    assert.ok(term(world) > before);
    assert.deepEqual(world.watched.violations, []);
  });

  it('a master that was stopped finds its lease gone before it does anything', () => {
    const world = settled({ hosts: 4 });
    const old = world.master();
    const victim = slaves(world)[0] ?? '';
    world.addVm('vm', victim);
    world.powerOff(victim);
    world.until('forced down', () => world.nova.state.services.get(victim)?.forcedDown ?? false, 30_000);
    world.pauseAgent(old.name);
    world.until('another master', () => world.masters().some(({ name }) => name !== old.name), 30_000);
    world.run(5_000);
    const journalled = world.journal.length;
    world.resumeAgent(old.name);
    world.run(2_000);
    const done = world.journal.slice(journalled).filter(({ by }) => by === old.name);
    assert.equal(done.find(({ event }) => event !== 'executed')?.event, 'stepped-down');
    assert.ok(!done.some(({ event }) => event === 'order' || event === 'declared'));
    assert.deepEqual(world.watched.violations, []);
    world.until('recovered', () => world.servers.get('vm')?.host !== victim, 240_000);
    assert.equal(world.nova.rows.length, 1);
  });

  it('the last eligible host stands in though its own incident is open, until another can end that', () => {
    const world = settled({ hosts: 5, eligible: ['h1', 'h2'] });
    const first = world.master().name;
    const second = first === 'h1' ? 'h2' : 'h1';
    for (const host of [first, second]) world.addVm(`vm-of-${host}`, host);
    world.powerOff(second);
    world.until('one recovered', () => world.servers.get(`vm-of-${second}`)?.host !== second, 60_000);
    world.powerOff(first);
    bringBack(world, second);
    const diedMs = world.clock.now;
    world.until('it stands in', () => world.masters().some(({ name }) => name === second), 150_000);
    assert.ok(world.clock.now - diedMs >= 60_000, 'others would have had a minute');
    // It has never seen the other alive, so it asks: the site may just have started.
    world.until('asks', () => world.verdict(first) === 'unknown', 60_000);
    world.ask(second, { ask: 'confirm-dead', host: first, by: 'ann' }, () => {});
    world.until('the other, too', () => world.servers.get(`vm-of-${first}`)?.host !== first, 60_000);
    bringBack(world, first);
    world.until('makes way', () => world.masters().some(({ name }) => name === first), 120_000);
    const atRest = () => world.masters()[0]?.core?.master?.incidents.size === 0 && world.host(second).compute;
    // What the master before it may have told nova is waited for.
    world.until('nothing is open', atRest, 60_000 + world.timing.openRequestMs);
    world.until('online', () => world.verdict(second) === 'online', 20_000);
    assert.deepEqual(world.watched.violations, []);
  });

  it('a late write of a former beat of the holder takes the lease from it in nobody’s eyes', () => {
    const world = settled({ hosts: 4 });
    const { name, agentLife } = world.master();
    const [volume = assert.fail()] = world.volumes;
    const late: Action = { do: 'late-write-lands', hosts: [name] };
    for (const other of slaves(world)) world.pauseAgent(other);
    const leaving = { why: 'agent-restart', expiresMs: 60_000 } as const;
    world.feed(world.host(name), agentLife, { kind: 'stop', now: world.clock.now, leaving });
    world.run(100);
    assert.equal(volume.seatOf.get(name)?.body.phase, 'released');
    world.killBeats(name, 'open');
    world.startBeats(name);
    world.startAgent(name);
    world.until('master again', () => world.masters().length === 1, 60_000);
    for (const other of world.hosts.keys()) world.resumeAgent(other);
    world.run(10_000);
    assert.equal(world.master().name, name);
    act(world, late);
    volume.hung.add(name);
    world.until('another master', () => world.masters().some((master) => master.name !== name), 20_000);
    assert.deepEqual(world.watched.violations, []);
  });

  it('hosts that write too slowly to claim do not keep the others from it', () => {
    const world = settled({ hosts: 5, seed: 2, isolationAddress: true });
    const old = world.master().name;
    const [one = '', two = ''] = slaves(world);
    for (const name of [one, two]) world.volumes[0]?.slowSeatMs.set(name, 1_500);
    world.powerOff(old);
    world.until('a master', () => world.masters().length === 1, 25_000);
    const { name } = world.master();
    world.run(60_000);
    assert.equal(world.master().name, name);
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
    world.addVm('vm', victim);
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

  it('a master that hears nobody keeps the lease while one comes up that it will hear', () => {
    const world = settled({ hosts: 3, proofs: ['silence', 'reboot'] });
    const { name } = world.master();
    const [dead = '', reboots = ''] = slaves(world);
    world.powerOff(dead);
    world.until('failed', () => world.verdict(dead) === 'failed', 60_000);
    world.powerOff(reboots);
    const suspects = () => world.master().core?.master?.holds.has('suspecting-myself') === true;
    world.until('it suspects itself', suspects, 10_000);
    bringBack(world, reboots);
    world.until('it hears it', () => !suspects(), 10_000);
    world.until('online', () => world.verdict(reboots) === 'online', 60_000);
    assert.equal(world.journal.filter(({ event }) => event === 'stepped-down').length, 0);
    assert.equal(world.master().name, name);
  });

  it('a master that hears nobody leaves the lease to one that hears others', () => {
    const world = settled({ hosts: 4, isolationAddress: true });
    const { name } = world.master();
    world.host(name).network = 0;
    const others = () => world.masters().some((master) => master.name !== name);
    world.until('another master', others, 40_000);
    world.until('isolated', () => world.verdict(name) === 'isolated', 20_000);
    world.run(60_000);
    assert.ok(others());
    assert.deepEqual(world.watched.violations, []);
  });

  it('a master that learns of a higher term claims anew: whoever has seen that does not listen to it', () => {
    const world = settled({ hosts: 3, eligible: ['h1', 'h2'] });
    const victim = 'h3';
    // As with lease volumes made anew, while it kept one that carries heartbeats only.
    Object.assign(world.host(victim).core ?? assert.fail(), { termSeen: 70 });
    world.until('a higher term', () => (world.masters()[0]?.core?.master?.term ?? 0) > 70, 30_000);
    world.until('online', () => world.verdict(victim) === 'online', 20_000);
    world.run(60_000);
    assert.equal(world.verdict(victim), 'online');
    assert.deepEqual(world.watched.violations, []);
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
    assert.ok(!causes.some((cause) => cause.startsWith('suspecting-myself/')), causes.join(', '));
  });
});
