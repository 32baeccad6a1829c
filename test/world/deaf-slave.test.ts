/** A slave that is well in every respect, but does not reach nova. */
import { it } from 'node:test';
import { settled, slaves } from './settled.ts';

it('does not keep the VMs that were first ordered of it from being recovered by others', () => {
  const world = settled({ hosts: 4, proofs: ['silence', 'reboot'] });
  const [victim = '', deaf = ''] = slaves(world);
  const reachesNova = world.network.reachesNova.bind(world.network);
  world.network.reachesNova = (host) => host.name !== deaf && reachesNova(host);
  // Its nova-compute does, over the message bus.
  const report = (): void => {
    const service = world.nova.services.get(deaf);
    if (service !== undefined) service.reportedMs = world.clock.now;
    world.clock.after(5_000, report);
  };
  report();
  for (let n = 0; n < 12; n += 1) world.nova.addServer(`vm${n}`, victim);
  world.powerOff(victim);
  const moved = (): boolean => [...world.nova.servers.values()].every(({ host }) => host !== victim);
  world.until('all moved', moved, 300_000);
});
