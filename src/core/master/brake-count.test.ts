import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentRecord, slot } from '../../../test/world/fixtures.ts';
import { connectedCore } from '../../../test/world/pump.ts';
import { noteEvidence } from '../evidence/note.ts';
import { createIncident } from '../recovery/incident.ts';
import { countForBrake } from './brake-count.ts';
import { createMastership } from './mastership.ts';

/** What a master counts of a rack with h2 and h3, both of which have failed. */
function countOf(ownDomain: string | null) {
  const core = connectedCore({ failureDomain: ownDomain });
  const master = createMastership(1, core.now, true);
  const volume = core.volumes.get('a') ?? assert.fail();
  const slots = ['h2', 'h3'].map((host, n) => slot(host, n + 2, {}, { failureDomain: 'rack' }));
  noteEvidence(core, volume, [...slots, slot('h4', 4)], { begunMs: core.now, endedMs: core.now });
  for (const victim of ['h2', 'h3'])
    master.incidents.set(victim, createIncident(incidentRecord({ victim }), core.now, false));
  return countForBrake(core, master, 'h3');
}

void test('a master is one of the hosts of its own failure domain, and never a silent one', () => {
  assert.deepEqual(countOf('rack').domain, { name: 'rack', hosts: 3, silent: 2 });
  for (const other of ['another', null])
    assert.deepEqual(countOf(other).domain, { name: 'rack', hosts: 2, silent: 2 });
  assert.equal(countOf('rack').clusterHosts, 4);
});
