/** What Vigil forced down it forces up again, also when nova takes its time; and nothing else. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { holdOf, incidentOf, isClosed } from './incidents.ts';
import { blackout, light, settled, slaveOf } from './settled.ts';
import type { World } from './little-world.ts';

const isForcedDown = (world: World, host: string) => world.nova.state.services.get(host)?.forcedDown;

/** nova does not answer when a host is forced down, and does so a good while later. */
function slowToForceDown(world: World, lateMs: number): { asked: number; doneMs: number } {
  const { nova, clock } = world;
  const perform = nova.perform.bind(nova);
  const seen = { asked: 0, doneMs: 0 };
  nova.perform = (call) => {
    if (call.call !== 'force-down' || !call.forcedDown) return perform(call);
    seen.asked += 1;
    clock.after(lateMs, () => {
      perform(call);
      seen.doneMs = clock.now;
    });
    return null;
  };
  return seen;
}

void describe('forced_down that nova carries out late', () => {
  for (const change of [false, true])
    it(`is cleared again before the incident is closed${change ? ', by the next master' : ''}`, () => {
      const world = settled({ hosts: 4, proofs: ['silence', 'reboot'] });
      const host = slaveOf(world);
      const seen = slowToForceDown(world, 60_000);
      world.powerOff(host);
      world.until('asked', () => seen.asked > 0, 60_000);
      world.powerOn(host);
      world.startCompute(host);
      if (change) world.killAgent(world.master().name);
      world.until('carried out', () => isForcedDown(world, host) === true, 90_000);
      world.until('closed', () => isClosed(world, host), 200_000);
      assert.equal(isForcedDown(world, host), false);
      world.run(300_000);
      assert.equal(isForcedDown(world, host), false);
      assert.equal(incidentOf(world, host), undefined);
    });

  it('is cleared on a host that lived all the time, and what follows takes a proof of its own', () => {
    const world = settled({ hosts: 4, proofs: ['silence', 'reboot'] });
    const host = slaveOf(world);
    world.addVm('vm', host);
    const seen = slowToForceDown(world, 60_000);
    blackout(world, host);
    world.until('asked', () => seen.asked > 0, 60_000);
    light(world, host);
    world.until('waits', () => holdOf(world, host) === 'force-down-open', 60_000);
    blackout(world, host);
    world.run(11_000);
    assert.equal(incidentOf(world, host)?.record.proof, null);
    light(world, host);
    world.until('closed', () => isClosed(world, host), 300_000);
    assert.ok(seen.doneMs > 0);
    assert.equal(isForcedDown(world, host), false);
    assert.equal(world.nova.rows.length, 0);
  });
});

void it('forced_down that nova has answered keeps no later master waiting', () => {
  const world = settled({ hosts: 4, proofs: ['silence', 'reboot'] });
  const host = slaveOf(world);
  world.addVm('vm', host);
  world.powerOff(host);
  world.until('elsewhere', () => world.servers.get('vm')?.host !== host, 60_000);
  world.killAgent(world.master().name);
  world.powerOn(host);
  world.startCompute(host);
  const begunMs = world.clock.now;
  world.until('closed', () => isClosed(world, host), 200_000);
  const tookMs = world.clock.now - begunMs;
  assert.ok(tookMs < world.timing.openRequestMs / 2, `closed after ${tookMs} ms`);
  assert.equal(isForcedDown(world, host), false);
});

void it('forced_down that somebody else sets while a host returns is left to him', () => {
  const world = settled({ hosts: 4, proofs: ['silence', 'reboot'] });
  const host = slaveOf(world);
  world.nova.habits.resumeGuestsOnHostBoot = false;
  // Cannot be evacuated, and does not start in place: the incident stays open.
  const extraSpecs = { 'hw:tpm_version': '2.0' };
  world.addVm('vm', host, { extraSpecs });
  world.nova.faults.startFails.add('vm');
  world.powerOff(host);
  world.until('forced down', () => isForcedDown(world, host) === true, 60_000);
  world.powerOn(host);
  world.startCompute(host);
  world.until('waits', () => holdOf(world, host) === 'restarts-pending', 60_000);
  assert.equal(isForcedDown(world, host), false);
  const service = world.nova.state.services.get(host) ?? assert.fail();
  service.forcedDown = true;
  world.run(10_000);
  assert.equal(isForcedDown(world, host), true);
  const former = world.master().name;
  world.killAgent(former);
  world.until('another master', () => world.masters().some(({ name }) => name !== former), 60_000);
  world.nova.faults.startFails.clear();
  world.until('closed', () => isClosed(world, host), 1_200_000);
  assert.equal(isForcedDown(world, host), true);
});
