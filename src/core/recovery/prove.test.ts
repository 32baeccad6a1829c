import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentRecord } from '../../../test/world/fixtures.ts';
import { lookedFor, setUp } from '../../../test/world/planning.ts';
import { Pump } from '../../../test/world/pump.ts';
import { evidenceOf } from '../evidence/note.ts';
import { confirmDead } from '../operator/confirm-dead.ts';
import { prove } from './prove.ts';

/** The word of ann is over; that is being written, with this result, when somebody gives another one. */
function wordAfter(name: string | null, isWritten: boolean, againBy: string | null = null) {
  const { core, master, incident } = setUp();
  core.lease = {
    phase: 'holding',
    term: 1,
    renewedMs: new Map([['a', core.now]]),
    sawPreviousHolder: true,
  };
  evidenceOf(core, 'h9')?.slotIndex.set('uuid-a', 9);
  lookedFor(core, 'h9');
  incident.record = incidentRecord({ phase: 'proving', proof: null, confirmedBy: 'ann' });
  Object.assign(incident, { isProofOver: true, confirmedAgainBy: againBy });
  let writes = 0;
  const pump = new Pump(core, (effect) => {
    if (effect.do !== 'write-cell') return null;
    writes += 1;
    if (writes === 1 && name !== null) assert.equal(confirmDead(core, 'h9', name).ok, true);
    return isWritten
      ? { result: { of: 'write-cell', ok: true } }
      : { result: { of: 'write-cell', ok: false, volume: 'a', detail: 'no' } };
  });
  pump.run(prove(core, master, incident), 5_000);
  assert.ok(writes > 0);
  const { record, isProofOver, isWordUnwritten, confirmedAgainBy } = incident;
  return { confirmedBy: record.confirmedBy, confirmedAgainBy, isProofOver, isWordUnwritten };
}

for (const isWritten of [true, false])
  for (const name of ['bob', 'ann'])
    void test(`a word of ${name}, given while the end of ann’s ${isWritten ? 'is' : 'cannot be'} written, counts`, () => {
      const left = { confirmedBy: name, confirmedAgainBy: null, isProofOver: false, isWordUnwritten: true };
      assert.deepEqual(wordAfter(name, isWritten), left);
    });

void test('a word that could not be written in place of the former one is still to be written', () => {
  const left = { confirmedBy: 'ann', confirmedAgainBy: 'bob', isProofOver: true, isWordUnwritten: false };
  assert.deepEqual(wordAfter(null, false, 'bob'), left);
});
