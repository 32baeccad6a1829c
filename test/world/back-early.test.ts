/** A failed host that is back while VMs of it are still there: they need not move any more. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { incidentOf, isClosed } from './incidents.ts';
import { settledWithVms } from './settled.ts';

void describe('a failed host that comes back before all its VMs were evacuated', () => {
  it('has the rest started in place: those whose disk is local, too', () => {
    const { world, victim } = settledWithVms(1);
    world.addVm('tpm', victim, { extraSpecs: { 'hw:tpm_version': '2.0' } });
    world.powerOff(victim);
    world.until('vm0 elsewhere', () => world.servers.get('vm0')?.host !== victim, 60_000);
    assert.equal(incidentOf(world, victim)?.vms.get('tpm')?.state, 'not-recovered');
    world.powerOn(victim);
    world.until('returning', () => incidentOf(world, victim)?.record.phase === 'returning', 30_000);
    world.startCompute(victim);
    world.until('closed', () => isClosed(world, victim), 60_000);
    assert.ok(world.runsOn('tpm', victim));
    assert.deepEqual(
      world.reboots.map(({ vm }) => vm),
      ['tpm'],
    );
    assert.equal(world.nova.state.services.get(victim)?.forcedDown, false);
    assert.deepEqual(world.twice, []);
  });
});
