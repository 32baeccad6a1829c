/** One of several volumes is lost: whoever dies then is recovered all the same. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { bringBack } from './bring-back.ts';
import { spareMaster } from './otherwise.ts';
import { settled, slaveOf, slaves } from './settled.ts';
import type { World } from './little-world.ts';

for (const leaseVolumes of [1, 3] as const)
  for (const whose of ['all hosts', 'the master'] as const)
    it(`the last volume besides ${leaseVolumes === 1 ? 'the lease volume' : 'two lease volumes'} is lost for ${whose}`, () => {
      const world = settled({ hosts: 4, proofs: ['silence', 'reboot'], leaseVolumes });
      const master = world.master().name;
      for (const name of whose === 'the master' ? [master] : world.hosts.keys())
        world.volumes.at(-1)?.failing.add(name);
      world.run(60_000);
      if (whose === 'the master') assert.notEqual(world.master().name, master, 'another is better placed');
      else assert.equal(world.master().name, master, 'nobody is better placed');
      const claims = (): number => world.journal.filter(({ event }) => event === 'master').length;
      const before = claims();
      const victim = slaveOf(world);
      for (let n = 0; n < 3; n += 1) world.addVm(`vm${n}`, victim);
      world.powerOff(victim);
      const moved = (): boolean => [...world.servers.values()].every(({ host }) => host !== victim);
      world.until('moved', moved, 120_000);
      assert.equal(claims(), before, 'and the lease stays where it is');
    });

const lose = (world: World, n: number, names: Iterable<string>): void => {
  for (const name of names) world.volumes.at(n)?.failing.add(name);
};
const isMaster = (world: World, name: string): boolean => world.masters().some((host) => host.name === name);
const claims = (world: World): number => world.journal.filter(({ event }) => event === 'master').length;

it('two that may be master cannot read it: the lease goes to one that can, and stays there', () => {
  const world = settled({ hosts: 4 });
  const [other = ''] = slaves(world);
  const blind = [world.master().name, other];
  lose(world, -1, blind);
  world.until('another', () => world.masters().some(({ name }) => !blind.includes(name)), 45_000);
  world.run(120_000);
  assert.equal(claims(world), 2);
});

it('it is lost for whom it was given to, too: the lease comes back, and stays for ten minutes', () => {
  const world = settled({ hosts: 4, eligible: ['h1', 'h2'] });
  const blind = world.master().name;
  const other = blind === 'h1' ? 'h2' : 'h1';
  lose(world, -1, [blind]);
  world.until('given', () => isMaster(world, other), 60_000);
  const givenMs = world.clock.now;
  world.killAgent(other);
  world.until('back', () => isMaster(world, blind), 60_000);
  world.startAgent(other);
  world.until('given again', () => isMaster(world, other), 900_000);
  const keptMs = world.clock.now - givenMs;
  assert.ok(keptMs > 580_000 && keptMs < 660_000, `${keptMs} ms`);
});

it('a master that only stands in makes way though a volume is lost for all', () => {
  const world = settled({ hosts: 5, eligible: ['h1', 'h2'] });
  const first = world.master().name;
  const second = first === 'h1' ? 'h2' : 'h1';
  world.addVm('vm', second);
  world.powerOff(second);
  world.until('recovered', () => world.servers.get('vm')?.host !== second, 60_000);
  world.powerOff(first);
  bringBack(world, second);
  world.until('it stands in', () => isMaster(world, second), 150_000);
  lose(world, -1, world.hosts.keys());
  world.until('asks', () => world.verdict(first) === 'unknown', 60_000);
  world.ask(second, { ask: 'confirm-dead', host: first, by: 'ann' }, () => {});
  world.until('failed', () => world.verdict(first) === 'failed', 60_000);
  world.run(30_000);
  bringBack(world, first);
  world.until('makes way', () => isMaster(world, first), 120_000);
});

it('all that may be master but one cannot read it: that one gets the lease, and keeps it', () => {
  const world = settled({ hosts: 5 });
  const seeing = slaves(world).at(-1) ?? '';
  lose(
    world,
    -1,
    [...world.hosts.keys()].filter((name) => name !== seeing),
  );
  world.until('it is the master', () => isMaster(world, seeing), 90_000);
  const before = claims(world);
  world.run(900_000);
  assert.ok(isMaster(world, seeing) && claims(world) === before);
});

it('the only one that may be master cannot read it: on somebody’s word VMs are recovered all the same', () => {
  const world = settled({ hosts: 4, eligible: ['h1'] });
  spareMaster(world);
  lose(world, -1, ['h1']);
  world.run(30_000);
  world.addVm('vm', 'h3');
  world.powerOff('h3');
  world.until('asks', () => world.verdict('h3') === 'unknown', 60_000);
  world.ask('h1', { ask: 'confirm-dead', host: 'h3', by: 'ann' }, (answer) =>
    assert.ok(answer.to === 'confirm-dead' && answer.ok),
  );
  world.until('recovered', () => world.servers.get('vm')?.host !== 'h3', 60_000);
  assert.deepEqual(world.twice, []);
});
