/** VMs that an evacuation has left in a state that is not the wanted one. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bringBack } from './bring-back.ts';
import { incidentOf } from './incidents.ts';
import { resetState } from './little-world.ts';
import { answer } from './otherwise.ts';
import { settled, settledWithMasterSpared, slaveOf } from './settled.ts';

const proofs = ['silence', 'reboot'] as const;

describe('a VM whose evacuation ended in ERROR', () => {
  for (const masters of ['the same master', 'another master'])
    it(`is started in place when its host is back (${masters})`, () => {
      const world = settled({ hosts: 4, proofs });
      world.nova.habits.resumeGuestsOnHostBoot = false;
      const victim = slaveOf(world);
      world.addVm('vm', victim);
      world.addVm('broken', victim, { state: 'error' });
      for (const vm of ['vm', 'broken']) world.nova.state.unschedulable.add(vm);
      world.powerOff(victim);
      world.until('tried', () => world.nova.rows.length >= 2, 60_000);
      if (masters === 'another master') {
        const { name } = world.master();
        world.killAgent(name);
        world.until('another', () => world.masters().some((host) => host.name !== name), 60_000);
        world.run(20_000);
      }
      bringBack(world, victim);
      world.until('it runs', () => world.runsOn('vm', victim), 300_000);
      world.until('closed', () => world.verdict(victim) === 'online', 60_000);
      assert.deepEqual(
        world.reboots.map(({ vm }) => vm),
        ['vm'],
      );
    });

  it('is known to have been ACTIVE, whatever becomes of its next evacuation', () => {
    const { world, victim } = settledWithMasterSpared(5);
    world.nova.habits.resumeGuestsOnHostBoot = false;
    world.nova.speed.buildMs = 60_000;
    const { unschedulable } = world.nova.state;
    unschedulable.add('vm');
    world.watchers.accepted = ({ id }) => {
      if (id > 1) unschedulable.clear();
    };
    world.powerOff(victim);
    world.until('begun again', () => world.nova.rows[1]?.status === 'pre-migrating', 60_000);
    const target = world.nova.rows[1]?.target ?? '';
    world.powerOff(target);
    bringBack(world, victim);
    world.run(8_000);
    bringBack(world, target);
    const reason = () => incidentOf(world, victim)?.vms.get('vm')?.reason;
    world.until('told', () => reason()?.includes('--state active') === true, 900_000);
    resetState(world, 'vm');
    world.until('it runs', () => world.runsOn('vm', victim), 60_000);
  });
});

describe('VMs that are not well on their new hosts', () => {
  it('are told as such if in ERROR, and keep neither the others waiting nor the incident open', () => {
    const world = settled({ hosts: 5, proofs });
    const victim = slaveOf(world);
    const ill = new Set(Array.from({ length: 9 }, (_, n) => `ill${n}`));
    for (const vm of [...ill, 'well']) world.addVm(vm, victim);
    answer(world, (_, ask) => {
      const answered = ask();
      if (answered?.call !== 'get-server' || !answered.ok) return answered;
      const { vm, host } = answered.value;
      if (!ill.has(vm) || host === victim) return answered;
      return { ...answered, value: { ...answered.value, status: 'ERROR', vmState: 'error' } };
    });
    world.powerOff(victim);
    const works = () => [...(incidentOf(world, victim)?.vms.values() ?? [])];
    const isSettled = ({ vm, state }: { vm: string; state: string }): boolean =>
      state === (ill.has(vm) ? 'not-recovered' : 'recovered');
    world.until('settled', () => works().filter(isSettled).length === 10, 120_000);
    assert.match(works()[0]?.reason ?? '', /in ERROR on h\d: look at it there/);
    bringBack(world, victim);
    world.until('online', () => world.verdict(victim) === 'online', 60_000);
  });

  it('are told as such if nova has stopped them there', () => {
    const world = settled({ hosts: 5, proofs });
    const victim = slaveOf(world);
    world.addVm('vm', victim);
    answer(world, (_, ask) => {
      const answered = ask();
      if (answered?.call !== 'get-server' || !answered.ok || answered.value.host === victim) return answered;
      return { ...answered, value: { ...answered.value, status: 'SHUTOFF', vmState: 'stopped' } };
    });
    world.powerOff(victim);
    const work = () => incidentOf(world, victim)?.vms.get('vm');
    world.until('settled', () => work()?.settledElsewhere === true, 120_000);
    assert.equal(work()?.state, 'not-recovered');
    assert.match(work()?.reason ?? '', /lies stopped on h\d: .*openstack server start vm/);
  });

  it('keep no other waiting while nova is still at work on them', () => {
    const world = settled({ hosts: 5, proofs });
    const victim = slaveOf(world);
    for (let n = 0; n < 8; n += 1) world.addVm(`busy${n}`, victim);
    world.addVm('well', victim);
    answer(world, (_, ask) => {
      const answered = ask();
      if (answered?.call !== 'get-server' || !answered.ok || answered.value.host === victim) return answered;
      if (answered.value.vm === 'well') return answered;
      return { ...answered, value: { ...answered.value, taskState: 'powering-off' } };
    });
    world.powerOff(victim);
    const well = () => incidentOf(world, victim)?.vms.get('well');
    world.until('recovered', () => well()?.state === 'recovered', 120_000);
  });
});
