/** A proof tells of the life that it was found for, whoever is master meanwhile. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { blackout, settled, slaveOf } from './settled.ts';

describe('a failed host that came back while its VMs were being evacuated, and falls silent again', () => {
  it('is not dead by the proof of its former life, also to the next master', () => {
    const world = settled({ hosts: 5, proofs: ['operator', 'reboot'] });
    const victim = slaveOf(world);
    for (let n = 0; n < 20; n += 1) world.addVm(`vm${n}`, victim);
    const former = world.master().name;
    world.nova.speed.buildMs = 40_000;
    world.powerOff(victim);
    world.until('failed', () => world.verdict(victim) === 'failed', 40_000);
    world.ask(former, { ask: 'confirm-dead', host: victim, by: 'ann' }, () => {});
    world.until('sent', () => world.nova.rows.length >= 12, 40_000);
    world.powerOn(victim);
    world.until('returning', () => world.verdict(victim) === 'returning', 40_000);
    // By libvirt, say, which knows of no gate.
    const waiting = [...world.servers].filter(
      ([, { host, taskState }]) => host === victim && taskState === null,
    );
    assert.notEqual(waiting.length, 0);
    for (const [vm] of waiting) world.guests.start(vm, victim);
    world.run(3_000);
    world.killAgent(former);
    blackout(world, victim);
    world.until('another master', () => world.masters().some(({ name }) => name !== former), 60_000);
    world.run(120_000);
    const incident = world.master().core?.master?.incidents.get(victim);
    assert.equal(incident?.hold?.code, 'no-proof');
    for (const [vm] of waiting) assert.equal(world.servers.get(vm)?.host, victim, vm);
    assert.deepEqual(world.twice, []);
  });
});
