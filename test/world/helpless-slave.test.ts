/** A slave that looks well and can carry out no order must not keep VMs from those that can. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { settled, slaves } from './settled.ts';
import type { World } from './little-world.ts';

/** Its agent does not reach nova; its nova-compute goes on reporting by another way. */
function cutOffNova(world: World, name: string): void {
  const reaches = world.network.reachesNova.bind(world.network);
  world.network.reachesNova = (host) => host.name !== name && reaches(host);
  const report = (): void => {
    const service = world.nova.state.services.get(name);
    if (service !== undefined) service.lastReportAtMs = world.clock.now;
    world.clock.after(5_000, report);
  };
  report();
}

const left = (world: World, victim: string): number =>
  [...world.servers.values()].filter(({ host }) => host === victim).length;

it('one that does not reach nova: others take its VMs', () => {
  const world = settled({ hosts: 4 });
  const [victim = '', helpless = ''] = slaves(world);
  cutOffNova(world, helpless);
  for (let n = 0; n < 12; n += 1) world.addVm(`vm${n}`, victim);
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
  for (let n = 0; n < 12; n += 1) world.addVm(`vm${n}`, victim);
  world.powerOff(victim);
  world.until('recovered', () => left(world, victim) === 0, 600_000);
});

it('nobody can: that VMs wait is told once, and its end', () => {
  const world = settled({ hosts: 3 });
  const [victim = ''] = slaves(world);
  world.addVm('vm', victim);
  const perform = world.nova.perform.bind(world.nova);
  let refuses = true;
  world.nova.perform = (call) => {
    if (!refuses || call.call !== 'evacuate') return perform(call);
    const failure = {
      code: 'forbidden',
      service: 'nova',
      status: 403,
      requestId: null,
      detail: 'no',
    } as const;
    return { call: 'evacuate', ok: false, failure };
  };
  const told = () =>
    world.reports.flatMap(({ report: { cause, state } }) =>
      cause === `incident/${victim}/waiting` ? [state] : [],
    );
  world.powerOff(victim);
  world.run(3_600_000);
  assert.deepEqual(told(), ['begin']);
  refuses = false;
  world.until('ended', () => told().includes('end'), 1_200_000);
  assert.equal(left(world, victim), 0);
  assert.deepEqual(told(), ['begin', 'end']);
});
