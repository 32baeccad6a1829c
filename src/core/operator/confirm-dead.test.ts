import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentRecord } from '../../../test/world/fixtures.ts';
import { setUp } from '../../../test/world/planning.ts';
import { evidenceOf } from '../evidence/note.ts';
import { createIncident } from '../recovery/incident.ts';
import { confirmDead } from './confirm-dead.ts';

void test('a word that opens no incident is refused with its reason', () => {
  const { core, master } = setUp();
  evidenceOf(core, 'silent');
  for (let n = master.incidents.size; n < 64; n += 1)
    master.incidents.set(`x${n}`, createIncident(incidentRecord({ victim: `x${n}` }), core.now, true));
  const refused = confirmDead(core, 'silent', 'ann');
  assert.equal(refused.ok, false);
  assert.match(refused.words, /64 incidents are open/);
  master.incidents.delete('x63');
  assert.equal(confirmDead(core, 'silent', 'ann').ok, true);
  assert.equal(master.incidents.get('silent')?.record.confirmedBy, 'ann');
});
