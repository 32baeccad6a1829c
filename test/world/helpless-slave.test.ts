/** A slave that looks well and can carry out no order must not keep VMs from those that can. */
import { it } from 'node:test';
import { settled, slaves } from './settled.ts';
import type { World } from './world.ts';

/** Its agent does not reach nova; its nova-compute goes on reporting by another way. */
function cutOffNova(world: World, name: string): void {
  const reaches = world.network.reachesNova.bind(world.network);
  world.network.reachesNova = (host) => host.name !== name && reaches(host);
  const report = (): void => {
    const service = world.nova.services.get(name);
    if (service !== undefined) service.reportedMs = world.clock.now;
    world.clock.after(5_000, report);
  };
  report();
}

const left = (world: World, victim: string): number =>
  [...world.nova.servers.values()].filter(({ host }) => host === victim).length;

it('one that does not reach nova: others take its VMs', () => {
  const world = settled({ hosts: 4 });
  const [victim = '', helpless = ''] = slaves(world);
  cutOffNova(world, helpless);
  for (let n = 0; n < 12; n += 1) world.nova.addServer(`vm${n}`, victim);
  world.powerOff(victim);
  world.until('recovered', () => left(world, victim) === 0, 240_000);
});

it('one that answers no order: others take its VMs', () => {
  const world = settled({ hosts: 4 });
  const [victim = '', helpless = ''] = slaves(world);
  const ask = world.ask.bind(world);
  world.ask = (name, request, done) => {
    if (name !== helpless || request.ask !== 'restart') ask(name, request, done);
  };
  for (let n = 0; n < 12; n += 1) world.nova.addServer(`vm${n}`, victim);
  world.powerOff(victim);
  world.until('recovered', () => left(world, victim) === 0, 600_000);
});
