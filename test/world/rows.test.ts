/** nova's migration records say less than they seem to: what may be concluded from them, and what not. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bringBack } from './bring-back.ts';
import { holdOf, incidentOf } from './incidents.ts';
import { answer } from './otherwise.ts';
import { type Scene, settled, settledWithMasterSpared, slaveOf } from './settled.ts';
import { resetState, type World } from './little-world.ts';
import { addMigration } from '../../src/cloud/model/evacuation.ts';

const proofs = ['silence', 'reboot'] as const;

describe('an evacuation that nova-compute of its target has not begun with', () => {
  for (const offMs of [2_000, 60_000])
    it(`is waited for, though the target was off for ${offMs} ms: its message waits there`, () => {
      // So many that the brake lets two of them be recovered at once.
      const { world, victim } = settledWithMasterSpared(21);
      world.nova.speed.buildMs = 20_000;
      world.powerOff(victim);
      world.until('accepted', () => world.nova.rows.length === 1, 60_000);
      const target = world.nova.rows[0]?.target ?? '';
      world.powerOff(target);
      world.run(offMs);
      world.powerOn(target);
      world.run(40_000);
      world.startCompute(target);
      world.until('built there', () => world.runsOn('vm', target), 60_000);
      world.run(60_000);
      assert.equal(world.nova.rows.length, 1);
      assert.deepEqual(world.watched.violations, []);
    });

  it('is over when its target reboots after it had begun, and the VM goes elsewhere', () => {
    const { world, victim } = settledWithMasterSpared(5);
    world.powerOff(victim);
    world.until('begun', () => world.nova.rows[0]?.status === 'pre-migrating', 60_000);
    const target = world.nova.rows[0]?.target ?? '';
    world.powerOff(target);
    world.run(3_000);
    bringBack(world, target);
    // The brake holds for a minute after the second silent host.
    world.until('built', () => world.running.get('vm')?.size === 1, 120_000);
    assert.equal(world.nova.rows.length, 2);
    assert.deepEqual(world.watched.violations, []);
  });
});

describe('a list that nova serves empty once, while a database fails over', () => {
  const empties = (world: World, of: 'list-servers' | 'list-host-migrations', when: () => boolean): void => {
    let served = false;
    answer(world, (call, ask) => {
      if (served || call.call !== of || !when()) return ask();
      served = true;
      return { call: of, ok: true, value: [] };
    });
  };

  it('does not make the master forget an order that is on its way', () => {
    const world = settled({ hosts: 4, proofs });
    const victim = slaveOf(world);
    for (const vm of ['other', 'vm']) world.addVm(vm, victim);
    world.nova.speed.buildMs = 40_000;
    let given = 0;
    const ask = world.ask.bind(world);
    world.ask = (name, request, done) => {
      if (request.ask !== 'restart' || request.order.vm !== 'vm') return ask(name, request, done);
      given += 1;
      // Its packets are lost and sent again, and its host is no candidate meanwhile.
      if (given > 1) return ask(name, request, done);
      world.volumes[1]?.failing.add(name);
      world.clock.after(4_800, () => ask(name, request, done));
    };
    let asked = 0;
    answer(world, (call, askNova) => {
      if (call.call !== 'evacuate' || call.vm !== 'vm') return askNova();
      asked += 1;
      if (asked > 1) return askNova();
      world.clock.after(2_500, () => void askNova());
      return null;
    });
    let served = 0;
    answer(world, (call, askNova) => {
      if (call.call !== 'list-servers' || given === 0 || served >= 2) return askNova();
      served += 1;
      return { call: call.call, ok: true, value: [] };
    });
    world.powerOff(victim);
    world.until('it runs', () => world.running.get('vm')?.size === 1, 120_000);
    world.run(60_000);
    assert.equal(world.nova.rows.filter(({ vm }) => vm === 'vm').length, 1);
    assert.deepEqual(world.watched.violations, []);
  });

  for (const of of ['list-servers', 'list-host-migrations'] as const)
    it(`ends no recovery and begins none twice (${of})`, () => {
      const world = settled({ hosts: 4, proofs });
      const victim = slaveOf(world);
      world.addVm('vm', victim);
      const work = () => incidentOf(world, victim)?.vms.get('vm');
      const seenUnderWay = (): boolean => work()?.reason === 'nova: pre-migrating';
      empties(world, of, seenUnderWay);
      world.powerOff(victim);
      world.until('seen under way', seenUnderWay, 60_000);
      const states = new Set<string>();
      const look = (): boolean => {
        states.add(work()?.state ?? 'none');
        return work()?.state === 'recovered';
      };
      world.until('recovered', look, 60_000);
      assert.deepEqual([...states], ['evacuating', 'recovered']);
      assert.deepEqual(world.watched.violations, []);
    });

  it('leaves no VM down on a host that is back', () => {
    const world = settled({ hosts: 4, proofs });
    world.nova.habits.resumeGuestsOnHostBoot = false;
    const victim = slaveOf(world);
    world.addVm('vm', victim);
    world.powerOff(victim);
    world.run(2_000);
    bringBack(world, victim);
    const phase = () => incidentOf(world, victim)?.record.phase;
    empties(world, 'list-servers', () => phase() === 'returning' && world.host(victim).compute);
    world.until('it runs', () => world.runsOn('vm', victim), 120_000);
  });
});

describe('an evacuation that nova-compute of its source completes though it has not ended', () => {
  function building(): Scene & { readonly target: string } {
    const { world, victim } = settledWithMasterSpared(5);
    world.nova.habits.resumeGuestsOnHostBoot = false;
    world.nova.speed.buildMs = 60_000;
    world.powerOff(victim);
    world.until('begun', () => world.nova.rows[0]?.status === 'pre-migrating', 60_000);
    return { world, victim, target: world.nova.rows[0]?.target ?? '' };
  }

  const shown = ({ world, victim }: Scene): string => {
    const work = incidentOf(world, victim)?.vms.get('vm');
    return `${work?.state}: ${work?.reason}`;
  };

  for (const gated of [true, false])
    it(`because its target died, is told, and its VM started in place on somebody's word (${gated ? 'with' : 'without'} the gate)`, () => {
      const scene = building();
      const { world, victim, target } = scene;
      world.powerOff(target);
      if (gated) bringBack(world, victim);
      else {
        world.powerOn(victim);
        world.clock.after(5_000, () => world.startCompute(victim));
      }
      world.run(8_000);
      bringBack(world, target);
      world.until('told', () => shown(scene).includes('openstack server set --state active vm'), 900_000);
      assert.match(shown(scene), /^held: its evacuation 1 was cut off/);
      world.until('held', () => holdOf(world, victim) === 'restarts-pending', 60_000);
      resetState(world, 'vm');
      world.until('it runs', () => world.runsOn('vm', victim), 60_000);
      world.until('closed', () => incidentOf(world, victim) === undefined, 60_000);
      assert.equal(world.nova.rows.length, 1);
    });

  it('is no reason for another while its target goes on, though the source fails again', () => {
    const scene = building();
    const { world, victim, target } = scene;
    world.powerOn(victim);
    world.run(2_000);
    world.startCompute(victim);
    world.run(1_000);
    assert.equal(world.nova.rows[0]?.status, 'completed');
    world.powerOff(victim);
    world.until('told', () => shown(scene).startsWith('held: nova calls evacuation 1 completed'), 60_000);
    world.until('built', () => world.runsOn('vm', target), 60_000);
    world.run(60_000);
    assert.equal(world.nova.rows.length, 1);
    assert.deepEqual(world.watched.violations, []);
  });

  it('is not one from before the failure, though that was missing in the first list', () => {
    const world = settled({ hosts: 4, proofs });
    const victim = slaveOf(world);
    world.addVm('vm', victim);
    const past = { instanceUuid: 'vm', source: victim, dest: world.master().name };
    addMigration(world.nova.state, { type: 'evacuation', status: 'completed', ...past });
    let served = false;
    answer(world, (call, ask) => {
      if (served || call.call !== 'list-host-migrations') return ask();
      served = true;
      return { call: call.call, ok: true, value: [] };
    });
    world.powerOff(victim);
    world.until('moved', () => world.servers.get('vm')?.host !== victim, 60_000);
    const { record } = incidentOf(world, victim) ?? assert.fail();
    assert.equal(record.migrationIdAtDeclaration, 1);
  });
});
