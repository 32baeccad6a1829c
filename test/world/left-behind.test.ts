/** Slots on a volume tell of the past as long as nobody sees them advance: nothing is concluded from them about now. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DeclaredMaintenance } from '../../src/core/wire/records.ts';
import { bringBack } from './bring-back.ts';
import { blackout, light, settled, slaveOf, slaves } from './settled.ts';
import type { World } from './little-world.ts';

const proofs = ['silence', 'reboot'] as const;

function stop(world: World, name: string, why: 'agent-restart' | 'shutdown', expiresMs: number | null): void {
  const host = world.host(name);
  world.feed(host, host.agentLife, { kind: 'stop', now: world.clock.now, leaving: { why, expiresMs } });
}

/** All but one are restarted, so that the master of before knows nothing of it, and the next one only what it reads. */
function restartAllBut(world: World, but: string, apartMs: number): void {
  for (const name of [...world.hosts.keys()].filter((host) => host !== but)) {
    world.killAgent(name);
    world.run(1_000);
    world.startAgent(name);
    world.run(apartMs);
  }
}

const leftOn = (world: World, victim: string): number =>
  [...world.servers.values()].filter(({ host }) => host === victim).length;

describe('a slot that was read long ago', () => {
  it('and has advanced since is no life of a failed host: the next master carries its recovery on', () => {
    const world = settled({ hosts: 4, proofs });
    const victim = slaveOf(world);
    for (let n = 0; n < 30; n += 1) world.addVm(`vm${n}`, victim);
    world.nova.speed.buildMs = 10_000;
    world.run(60_000);
    world.powerOff(victim);
    world.until('the first rows', () => world.nova.rows.length > 0, 40_000);
    const before = world.master().name;
    stop(world, before, 'agent-restart', 60_000);
    world.clock.after(3_000, () => world.startAgent(before));
    world.until('all moved', () => leftOn(world, victim) === 0, 300_000);
    assert.ok(!world.reports.some(({ report }) => report.title.includes('life-after-failed')));
  });
});

describe('a volume that shows the boot before last', () => {
  it('does not make a living host one that has rebooted', () => {
    const world = settled({ hosts: 4, proofs });
    const victim = world.master().name;
    world.powerOff(victim);
    world.run(1_000);
    world.volumes[1]?.failing.add(victim);
    bringBack(world, victim);
    world.run(100_000);
    // It becomes the master, and the others have never looked at its slots when it falls silent.
    const others = [...world.hosts.keys()].filter((name) => name !== victim);
    for (const name of others) world.killAgent(name);
    world.until('it is the master', () => world.masters()[0]?.name === victim, 60_000);
    for (const name of others) world.startAgent(name);
    world.run(30_000);
    world.addVm('vm', victim);
    // The bet on its silence is lost: it lives, and has to be told when it is heard again.
    blackout(world, victim);
    world.until('moved', () => leftOn(world, victim) === 0, 120_000);
    light(world, victim);
    const told = (): boolean =>
      world.reports.some(({ report }) => report.title.includes('life-after-failed'));
    world.until('told', told, 60_000);
  });
});

describe('a host that reboots while there is no master', () => {
  for (const lateMs of [0, 10_000])
    it(`is seen to have done so when its volumes are back ${lateMs} ms after its network`, () => {
      const world = settled({ hosts: 4, proofs });
      world.nova.habits.resumeGuestsOnHostBoot = false;
      const victim = slaveOf(world);
      world.addVm('vm', victim);
      world.run(60_000);
      world.killAgent(world.master().name);
      world.run(6_000);
      world.powerOff(victim);
      world.run(3_000);
      for (const volume of world.volumes) volume.hung.add(victim);
      bringBack(world, victim);
      world.clock.after(3_000 + lateMs, () => {
        for (const volume of world.volumes) volume.unhang(victim);
      });
      world.until('the VM runs again', () => world.running.get('vm')?.size === 1, 300_000);
    });
});

describe('what a host said last', () => {
  const planned: DeclaredMaintenance = { by: 'ann', why: 'hba', recover: false };
  for (const what of ['maintenance', 'stopped'] as const)
    for (const offsetMs of [0, 300, 600, 900])
      it(`is known to the next master though one volume shows older words (${what}, ${offsetMs} ms)`, () => {
        const world = settled({ hosts: 4, proofs });
        const victim = slaves(world).at(-1) ?? '';
        world.addVm('vm', victim);
        world.run(offsetMs);
        for (const name of slaves(world).filter((host) => host !== victim)) {
          world.killAgent(name);
          world.startAgent(name);
        }
        world.run(30_000);
        world.volumes[1]?.failing.add(victim);
        world.run(10_000);
        if (what === 'maintenance') {
          let ok = false;
          world.ask(victim, { ask: 'maintenance', declared: planned }, (answer) => {
            ok = answer.to === 'maintenance' && answer.ok;
          });
          world.until('declared', () => ok, 5_000);
          world.run(5_000);
          world.killAgent(victim);
        } else stop(world, victim, 'shutdown', null);
        world.run(20_000);
        world.powerOff(victim);
        world.run(30_000 + offsetMs);
        world.killAgent(world.master().name);
        world.until('another master', () => world.masters().length > 0, 60_000);
        world.run(60_000);
        assert.equal(world.verdict(victim), what);
        assert.equal(world.nova.rows.length, 0);
      });

  it('in a former boot is known where its agent has not spoken in this one', () => {
    const world = settled({ hosts: 4, proofs });
    const victim = slaves(world).at(-1) ?? '';
    let ok = false;
    world.ask(victim, { ask: 'maintenance', declared: planned }, (answer) => {
      ok = answer.to === 'maintenance' && answer.ok;
    });
    world.until('declared', () => ok, 5_000);
    world.run(20_000);
    rebootWithoutAgent(world, victim);
    restartAllBut(world, victim, 60_000);
    assert.equal(world.verdict(victim), 'maintenance');
  });

  it('in a former boot tells the next master where to look for it, so that its end is seen', () => {
    const world = settled({ hosts: 4, proofs });
    const victim = slaves(world).at(-1) ?? '';
    world.addVm('vm', victim);
    world.run(20_000);
    rebootWithoutAgent(world, victim);
    world.clock.after(4_000, () => world.startCompute(victim));
    world.run(120_000);
    restartAllBut(world, victim, 60_000);
    assert.equal(world.verdict(victim), 'agent-down');
    world.powerOff(victim);
    world.until('moved', () => leftOn(world, victim) === 0, 120_000);
  });
});

function rebootWithoutAgent(world: World, victim: string): void {
  world.powerOff(victim);
  world.run(2_000);
  world.powerOn(victim);
  world.killAgent(victim);
}
