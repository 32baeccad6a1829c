/** A VM that must be kept apart from one that lives on another host. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { seedGroup } from '../../sim/nova/seed.ts';
import { settled, slaves } from './settled.ts';

it('is not ordered to the host of the other, which nova would refuse with an error', () => {
  const world = settled({ hosts: 4, proofs: ['silence', 'reboot'] });
  const [victim = '', other = ''] = slaves(world);
  const members: string[] = [];
  seedGroup(world.nova.state, { id: 'g', name: 'g', policy: 'anti-affinity', members });
  world.addVm('there', other);
  // One VM more than other hosts: whichever is preferred, one of them would go there.
  for (const vm of ['a', 'b']) world.addVm(vm, victim);
  members.push('there', 'a', 'b');
  world.powerOff(victim);
  const hostOf = (vm: string): string | undefined => world.servers.get(vm)?.host;
  world.until('moved', () => ['a', 'b'].every((vm) => hostOf(vm) !== victim), 120_000);
  assert.equal(new Set(members.map(hostOf)).size, 3);
  assert.equal(world.nova.rows.length, 2, 'and none was tried elsewhere first');
});
