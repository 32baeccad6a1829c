/** A host that is back with a new boot id: its VMs are started where they are. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { refused } from '../../sim/nova/answers.ts';
import { bringBack } from './bring-back.ts';
import { holdOf, incidentOf, isClosed } from './incidents.ts';
import { answer } from './otherwise.ts';
import { settledWithVms } from './settled.ts';
import type { World } from './little-world.ts';

/** Off and on again, faster than it could be found silent. */
function blink(world: World, host: string, computeAfterMs = 4_000): void {
  world.powerOff(host);
  world.run(2_000);
  world.powerOn(host);
  world.clock.after(computeAfterMs, () => world.startCompute(host));
}

const toldVms = z.array(z.object({ vm: z.string(), state: z.string(), reason: z.string().nullable() }));

/** The last thing told of a VM, by the report of the incident. */
function told(
  world: World,
  victim: string,
  vm: string,
): { state: string; reason: string | null } | undefined {
  const last = world.reports.findLast(
    ({ report }) => report.cause === `incident/${victim}` && report.state !== 'end',
  );
  const vms = toldVms.parse(last?.report.evidence['vms']);
  return vms.find((known) => known.vm === vm);
}

/** nova tells nothing of the guest, until what is returned is called. */
function unreadable(world: World, vm: string, [status, detail]: readonly [number, string]): () => void {
  let still = true;
  answer(world, (call, ask) =>
    still && call.call === 'guest-state' && call.vm === vm ? refused(call.call, status, detail) : ask(),
  );
  return () => {
    still = false;
  };
}

void describe('a host that rebooted without a word', () => {
  it('has its VMs started in place, once each, and nothing evacuated or forced down', () => {
    const { world, victim } = settledWithVms(5);
    const offMs = world.clock.now;
    blink(world, victim);
    world.until('an incident', () => incidentOf(world, victim) !== undefined, 10_000);
    world.until('all run', () => [0, 1, 2, 3, 4].every((n) => world.runsOn(`vm${n}`, victim)), 45_000);
    const backMs = world.clock.now - offMs;
    world.until('closed', () => isClosed(world, victim), 20_000);
    assert.ok(backMs <= 35_000, `after ${backMs} ms`);
    assert.deepEqual(world.reboots.map(({ vm }) => vm).sort(), ['vm0', 'vm1', 'vm2', 'vm3', 'vm4']);
    assert.ok(world.reboots.every(({ ran }) => !ran));
    assert.equal(world.nova.rows.length, 0);
    assert.equal(
      world.journal.some(
        ({ event, data }) =>
          event === 'incident' && data['victim'] === victim && data['forcedDownBy'] !== null,
      ),
      false,
    );
    assert.deepEqual(world.twice, []);
    world.run(300_000);
    assert.equal(world.reboots.length, 5);
    assert.ok(isClosed(world, victim), 'and no second incident of one reboot');
  });

  it('leaves guests alone that nova has started itself', () => {
    const { world, victim } = settledWithVms(3);
    world.nova.habits.resumeGuestsOnHostBoot = true;
    blink(world, victim);
    world.run(8_000);
    world.until('closed', () => isClosed(world, victim), 60_000);
    assert.deepEqual(world.reboots, []);
    assert.equal(told(world, victim, 'vm0')?.state, 'recovered');
  });

  it('starts those that nova-compute meanwhile took for stopped by their users', () => {
    const { world, victim } = settledWithVms(2);
    world.nova.habits.powerSyncIntervalMs = 100;
    blink(world, victim);
    world.run(8_000);
    world.until('closed', () => isClosed(world, victim), 60_000);
    assert.ok(world.runsOn('vm0', victim) && world.runsOn('vm1', victim));
    assert.equal(world.servers.get('vm0')?.status, 'ACTIVE');
  });

  it('starts them also when it was the master, whose nova-compute waits for the gate', () => {
    const { world } = settledWithVms(0);
    const victim = world.master().name;
    world.addVm('vm0', victim);
    world.nova.habits.powerSyncIntervalMs = 100;
    world.powerOff(victim);
    world.run(2_000);
    bringBack(world, victim);
    world.until('it runs again', () => world.runsOn('vm0', victim), 60_000);
  });

  it('starts no VM that was not to run, and says why', () => {
    const { world, victim } = settledWithVms(0);
    world.addVm('stopped', victim, { state: 'stopped' });
    world.addVm('excluded', victim, { metadata: { HA_Enabled: 'False' } });
    world.addVm('local', victim, { bootedFromVolume: false });
    world.addVm('hidden', victim);
    unreadable(world, 'hidden', [403, 'policy']);
    blink(world, victim);
    world.run(8_000);
    world.until('closed', () => isClosed(world, victim), 60_000);
    assert.deepEqual(
      world.reboots.map(({ vm }) => vm),
      ['local'],
    );
    assert.match(told(world, victim, 'stopped')?.reason ?? '', /it was stopped/);
    assert.match(told(world, victim, 'excluded')?.reason ?? '', /HA_Enabled/);
    assert.match(told(world, victim, 'hidden')?.reason ?? '', /policy.*by hand/);
    assert.equal(told(world, victim, 'local')?.state, 'recovered');
  });

  it('is held with its reason when the configuration does not accept the proof, until somebody confirms', () => {
    const { world, victim } = settledWithVms(1, { proofs: ['silence'] });
    // The gate is shut until then.
    blink(world, victim, 121_000);
    world.run(120_000);
    const hold = incidentOf(world, victim)?.hold;
    assert.equal(hold?.code, 'no-proof');
    assert.match(hold?.words ?? '', /accept_proofs does not list reboot/);
    assert.deepEqual(world.reboots, []);
    world.ask(world.master().name, { ask: 'confirm-dead', host: victim, by: 'ann' }, (answer) =>
      assert.ok(answer.to === 'confirm-dead' && answer.ok),
    );
    world.until('it runs', () => world.runsOn('vm0', victim), 60_000);
    assert.equal(world.nova.rows.length, 0);
  });

  it('does nothing while nova-compute is not back, or nova cannot be read', () => {
    const { world, victim } = settledWithVms(1);
    blink(world, victim, 600_000);
    world.until('it waits', () => holdOf(world, victim) === 'compute-not-back', 30_000);
    world.run(60_000);
    const readable = unreadable(world, 'vm0', [500, 'MessagingTimeout']);
    world.startCompute(victim);
    world.until('unreadable', () => holdOf(world, victim) === 'nova-unreadable', 60_000);
    world.run(60_000);
    assert.deepEqual(world.reboots, []);
    readable();
    world.until('it runs', () => world.runsOn('vm0', victim), 30_000);
  });

  it('tries a VM that does not start again with growing delay, and shows it', () => {
    const { world, victim } = settledWithVms(2);
    world.nova.faults.startFails.add('vm1');
    blink(world, victim);
    world.run(500_000);
    const tries = world.reboots.filter(({ vm }) => vm === 'vm1').map(({ atMs }) => atMs);
    assert.equal(tries.length, 3);
    const [first = 0, second = 0, third = 0] = tries;
    assert.ok(second - first >= 120_000 && third - second >= 240_000, tries.join(' '));
    assert.equal(holdOf(world, victim), 'restarts-pending');
    assert.equal(incidentOf(world, victim)?.vms.get('vm1')?.state, 'restarting');
    world.nova.faults.startFails.clear();
    world.until('closed', () => isClosed(world, victim), 600_000);
    assert.equal(world.reboots.filter(({ vm }) => vm === 'vm0').length, 1);
  });

  it('has its VMs evacuated when it dies for good before they run again, on a proof of that death', () => {
    const { world, victim } = settledWithVms(3);
    blink(world, victim, 600_000);
    world.until('it waits', () => holdOf(world, victim) === 'compute-not-back', 30_000);
    const offMs = world.clock.now;
    world.powerOff(victim);
    world.until('held', () => holdOf(world, victim) === 'listening', 20_000);
    assert.equal(world.nova.rows.length, 0);
    world.until('elsewhere', () => [...world.servers.values()].every(({ host }) => host !== victim), 60_000);
    assert.ok(world.clock.now - offMs >= 13_000, 'not before a whole report interval of silence');
    assert.equal(world.nova.rows.length, 3);
    assert.deepEqual(world.twice, []);
  });

  it('is carried on by the next master', () => {
    const { world, victim } = settledWithVms(4);
    blink(world, victim);
    world.until('returning', () => incidentOf(world, victim)?.record.phase === 'returning', 20_000);
    world.killAgent(world.master().name);
    const killedMs = world.clock.now;
    const all = (): boolean => [0, 1, 2, 3].every((n) => world.runsOn(`vm${n}`, victim));
    world.until('all run', all, 240_000);
    // What the former master asked for last may be carried out until then, and must not hit a guest that runs.
    assert.ok(world.clock.now - killedMs >= world.timing.openRequestMs);
    assert.deepEqual(world.reboots.length, 4);
    assert.ok(world.reboots.every(({ ran }) => !ran));
  });

  it('is seen as such after the brake: with three of four at once the third waits, and is not forgotten', () => {
    const { world, victim } = settledWithVms(1);
    const others = [...world.hosts.keys()].filter((name) => name !== world.master().name);
    for (const name of others) if (name !== victim) world.addVm(`on-${name}`, name);
    for (const name of others) world.powerOff(name);
    world.run(2_000);
    for (const name of others) bringBack(world, name);
    world.until(
      'all run',
      () => [...world.servers.values()].every(({ vm, host }) => world.runsOn(vm, host)),
      200_000,
    );
    assert.equal(world.nova.rows.length, 0);
    assert.equal(world.reboots.length, 3);
  });
});
