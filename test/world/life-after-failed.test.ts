import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Effect } from '../../src/core/effect.ts';
import { bringBack } from './bring-back.ts';
import { holdOf, incidentOf } from './incidents.ts';
import { blackout, light, settled, slaveOf } from './settled.ts';
import type { World } from './little-world.ts';
import { KERNEL_SENDS_MS } from '../../src/core/recovery/still-sent.ts';

function confirm(world: World, host: string): { readonly ok: boolean; readonly words: string } {
  let said: Extract<Effect, { do: 'answer' }>['answer'] | undefined;
  world.ask(world.master().name, { ask: 'confirm-dead', host, by: 'ann' }, (answer) => (said = answer));
  assert.ok(said?.to === 'confirm-dead');
  return said;
}

/** A bet that was lost: the guest runs on, and an evacuation of it was ordered. */
function betLost(): { readonly world: World; readonly victim: string } {
  const world = settled({ hosts: 4 });
  const victim = slaveOf(world);
  world.addVm('vm', victim);
  blackout(world, victim);
  world.until('sent', () => world.nova.rows.length > 0, 40_000);
  return { world, victim };
}

describe('life after a verdict of failed', () => {
  it('nothing sent: forced_down is undone and the incident closed', () => {
    const world = settled({ hosts: 4 });
    const victim = slaveOf(world);
    blackout(world, victim);
    world.until('forced down', () => world.nova.state.services.get(victim)?.forcedDown ?? false, 40_000);
    light(world, victim);
    world.until('online', () => world.verdict(victim) === 'online', 20_000);
    assert.equal(world.nova.state.services.get(victim)?.forcedDown, false);
    assert.equal(world.nova.rows.length, 0);
  });

  it('nothing sent, still proving: the incident simply ends', () => {
    const world = settled({ hosts: 4, proofs: [] });
    const victim = slaveOf(world);
    world.addVm('vm', victim);
    blackout(world, victim);
    world.until('failed', () => world.verdict(victim) === 'failed', 40_000);
    light(world, victim);
    world.until('online', () => world.verdict(victim) === 'online', 20_000);
    assert.equal(world.nova.state.services.get(victim)?.forcedDown, false);
  });

  it('sent: held as critical, naming the VMs that may run twice', () => {
    const { world, victim } = betLost();
    light(world, victim);
    world.until('held', () => holdOf(world, victim) === 'life-after-failed', 20_000);
    world.run(60_000);
    const reports = world.reports.filter(({ report }) => report.cause === `incident/${victim}/held`);
    assert.deepEqual(
      reports.map(({ report }) => [report.state, report.severity]),
      [['begin', 'critical']],
    );
    assert.match(reports[0]?.report.rule ?? '', /vm \(vm\) also on h\d/);
    assert.equal(world.nova.state.services.get(victim)?.forcedDown, true);
  });

  it('falls silent again: nothing further is ordered, also by the next master, until somebody vouches', () => {
    const { world, victim } = betLost();
    world.addVm('late', victim);
    world.run(200);
    light(world, victim);
    world.until('held', () => holdOf(world, victim) === 'life-after-failed', 20_000);
    const rows = world.nova.rows.length;
    world.powerOff(victim);
    world.run(60_000);
    assert.equal(holdOf(world, victim), 'life-after-failed');
    const others = [...world.hosts.values()].filter((host) => host.name !== victim);
    for (const host of others) host.network = 0;
    world.until('suspects itself', () => holdOf(world, victim) === 'suspecting-myself', 20_000);
    world.run(3_000);
    for (const host of others) host.network = 1;
    world.run(10_000);
    const { name } = world.master();
    world.killAgent(name);
    world.clock.after(5_000, () => world.startAgent(name));
    world.until('another master', () => world.masters().some((host) => host.name !== name), 40_000);
    world.run(60_000);
    assert.equal(world.nova.rows.length, rows);
    assert.equal(holdOf(world, victim), 'life-after-failed');
    assert.equal(confirm(world, victim).ok, true);
    // A start in place that the former master asked for may be open as well, and what its agent has handed to its kernel.
    const settledMs = KERNEL_SENDS_MS + world.timing.openRequestMs + 60_000;
    world.until('recovered', () => world.servers.get('late')?.host !== victim, settledMs);
    assert.equal(incidentOf(world, victim)?.record.proof, 'operator');
  });

  it('boots: the hold is over, and the incident is closed', () => {
    const { world, victim } = betLost();
    light(world, victim);
    world.until('held', () => holdOf(world, victim) === 'life-after-failed', 20_000);
    world.powerOff(victim);
    bringBack(world, victim);
    world.until('online', () => world.verdict(victim) === 'online', 60_000);
    assert.equal(world.running.get('vm')?.size, 1);
  });
});

describe('the end of an incident', () => {
  it('is not taken for another failure, however short the return was', () => {
    for (let offsetMs = 0; offsetMs < 1_000; offsetMs += 100) {
      const world = settled({ hosts: 4, proofs: ['silence', 'reboot'] });
      const victim = slaveOf(world);
      world.powerOff(victim);
      world.until('forced down', () => world.nova.state.services.get(victim)?.forcedDown ?? false, 40_000);
      world.run(10_000 + offsetMs);
      world.powerOn(victim);
      world.startCompute(victim);
      world.until('online', () => world.verdict(victim) === 'online', 60_000);
      world.run(10_000);
      assert.equal(world.journal.filter(({ event }) => event === 'declared').length, 1, `${offsetMs}`);
    }
  });
});

describe('an operator’s word', () => {
  it('is refused while the host is heard, while nobody knows it, and by a slave', () => {
    const world = settled({ hosts: 4, proofs: [] });
    const victim = slaveOf(world);
    assert.match(confirm(world, victim).words, /alive/);
    assert.match(confirm(world, 'h77').words, /not known/);
    world.ask(victim, { ask: 'confirm-dead', host: 'h1', by: 'ann' }, (answer) =>
      assert.ok(answer.to === 'confirm-dead' && !answer.ok && /not the master/.test(answer.words)),
    );
    world.killAgent(victim);
    world.host(victim).beats = false;
    world.run(15_000);
    assert.match(confirm(world, victim).words, /alive/, 'its kernel answers');
  });

  it('counts once: a second one finds the incident further on', () => {
    const world = settled({ hosts: 4, proofs: [] });
    const victim = slaveOf(world);
    world.powerOff(victim);
    world.until('held', () => holdOf(world, victim) === 'no-proof', 30_000);
    assert.equal(confirm(world, victim).ok, true);
    world.run(5_000);
    assert.match(confirm(world, victim).words, /already evacuating/);
  });

  it('given while the incident is being written is not lost', () => {
    const world = settled({ hosts: 4, proofs: [] });
    const victim = slaveOf(world);
    world.addVm('vm', victim);
    world.powerOff(victim);
    while (incidentOf(world, victim) === undefined && world.clock.now < 90_000) world.run(1);
    assert.equal(incidentOf(world, victim)?.record.phase, 'declared');
    assert.equal(confirm(world, victim).ok, true);
    world.until('recovered', () => world.servers.get('vm')?.host !== victim, 30_000);
  });
});

describe('the return of a host', () => {
  function recovered(forcedBefore = false): { readonly world: World; readonly victim: string } {
    const world = settled({ hosts: 4 });
    const victim = slaveOf(world);
    world.addVm('vm', victim);
    world.powerOff(victim);
    const service = world.nova.state.services.get(victim) ?? assert.fail();
    if (forcedBefore) service.forcedDown = true;
    world.until('recovered', () => world.nova.rows[0]?.status === 'done', 60_000);
    world.run(5_000);
    return { world, victim };
  }
  const gateOf = (world: World, host: string): boolean => {
    let open: boolean | undefined;
    world.ask(host, { ask: 'gate' }, (answer) => (open = answer.to === 'gate' && answer.open));
    world.run(1_500);
    return open ?? false;
  };

  it('waits for nova-compute to complete its records before it is forced up', () => {
    const { world, victim } = recovered();
    world.powerOn(victim);
    world.until('gate', () => gateOf(world, victim), 20_000);
    world.run(60_000);
    assert.equal(holdOf(world, victim), 'rows-not-completed');
    assert.equal(world.nova.state.services.get(victim)?.forcedDown, true);
    world.startCompute(victim);
    world.until('online', () => world.verdict(victim) === 'online', 60_000);
    assert.equal(world.nova.state.services.get(victim)?.forcedDown, false);
  });

  it('does not force up what somebody else forced down', () => {
    const { world, victim } = recovered(true);
    bringBack(world, victim);
    world.until('online', () => world.verdict(victim) === 'online', 60_000);
    assert.equal(world.nova.state.services.get(victim)?.forcedDown, true);
  });

  it('keeps the gate shut while an evacuation is under way', () => {
    const world = settled({ hosts: 4 });
    const victim = slaveOf(world);
    world.addVm('vm', victim);
    world.nova.speed.buildMs = 30_000;
    world.powerOff(victim);
    world.until('under way', () => world.nova.rows[0]?.status === 'pre-migrating', 60_000);
    world.powerOn(victim);
    for (let n = 0; n < 10; n += 1) assert.equal(gateOf(world, victim), false);
    world.until('gate', () => gateOf(world, victim), 60_000);
    assert.equal(world.nova.rows[0]?.status, 'done');
  });

  it('keeps the gate shut while the cells cannot be read', () => {
    const world = settled({ hosts: 4 });
    const host = slaveOf(world);
    assert.equal(gateOf(world, host), true);
    world.volumes[0]?.failing.add(host);
    assert.equal(gateOf(world, host), false);
  });
});
