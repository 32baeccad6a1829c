/** One of several volumes is lost: whoever dies then is recovered all the same. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { settled, slaveOf } from './settled.ts';

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
      for (let n = 0; n < 3; n += 1) world.nova.addServer(`vm${n}`, victim);
      world.powerOff(victim);
      const moved = (): boolean => [...world.nova.servers.values()].every(({ host }) => host !== victim);
      world.until('moved', moved, 120_000);
      assert.equal(claims(), before, 'and the lease stays where it is');
    });
