/** Many silent hosts at once: the fault is more likely in what they are seen through. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settled, slaves } from './settled.ts';
import type { World } from './little-world.ts';

function confirmDead(world: World, host: string): { readonly ok: boolean; readonly words: string } {
  let said = { ok: false, words: '' };
  world.ask(world.master().name, { ask: 'confirm-dead', host, by: 'ann' }, (answer) => {
    if (answer.to === 'confirm-dead') said = answer;
  });
  return said;
}

const moved = (world: World, vm: string, from: string): boolean => world.servers.get(vm)?.host !== from;

void describe('the brake', () => {
  it('names the host that nobody can judge; a word on that one lets it go', () => {
    const world = settled({ hosts: 5, proofs: ['silence', 'reboot'] });
    const [unjudged = '', victim = ''] = slaves(world);
    world.addVm('vm', victim);
    for (const volume of world.volumes) volume.failing.add(unjudged);
    world.run(20_000);
    world.powerOff(unjudged);
    world.run(600_000);
    assert.equal(world.verdict(unjudged), 'unknown', 'where it was last said to write is not known');
    world.powerOff(victim);
    world.run(120_000);
    const judged = world.master().core?.master?.judgements.get(victim);
    assert.match(judged?.words ?? '', new RegExp(`held by the brake.* besides it ${unjudged} are silent`));
    assert.equal(confirmDead(world, unjudged).ok, true);
    world.until('recovered', () => moved(world, 'vm', victim), 90_000);
  });

  it('lets many that died together go on somebody’s word, some each minute', () => {
    const world = settled({ hosts: 9, proofs: ['silence', 'reboot'] });
    const dead = slaves(world).slice(0, 4);
    for (const host of dead) world.addVm(`vm-of-${host}`, host);
    for (const host of dead) world.powerOff(host);
    const [first = '', second = '', third = '', fourth = ''] = dead;
    world.run(30_000);
    assert.match(confirmDead(world, first).words, /more than 2 of 9 hosts .* confirm it again in a minute/);
    world.run(300_000);
    assert.equal(world.nova.rows.length, 0);
    assert.ok(confirmDead(world, first).ok && confirmDead(world, second).ok);
    assert.equal(confirmDead(world, third).ok, false);
    world.run(61_000);
    assert.ok(confirmDead(world, third).ok && confirmDead(world, fourth).ok);
    world.until('recovered', () => dead.every((host) => moved(world, `vm-of-${host}`, host)), 90_000);
  });

  it('does not take an incident whose host is back for one of the last minute after a change of master', () => {
    const world = settled({ hosts: 4, proofs: ['silence', 'reboot'] });
    const [returning = ''] = slaves(world);
    world.addVm('bad', returning);
    world.powerOff(returning);
    world.run(2_000);
    world.powerOn(returning);
    world.run(300_000);
    const incident = world.master().core?.master?.incidents.get(returning);
    assert.equal(incident?.record.phase, 'returning', 'its nova-compute is not started');
    const former = world.master().name;
    world.addVm('vm', former);
    world.powerOff(former);
    world.until('evacuated', () => moved(world, 'vm', former), 45_000);
  });
});
