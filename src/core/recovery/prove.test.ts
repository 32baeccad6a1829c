import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentRecord } from '../../../test/world/fixtures.ts';
import { lookedFor, setUp } from '../../../test/world/planning.ts';
import { Pump } from '../../../test/world/pump.ts';
import { evidenceOf } from '../evidence/note.ts';
import { confirmDead } from '../operator/confirm-dead.ts';
import { prove } from './prove.ts';

/** The word of ann is over; that is being written, with this result, when somebody gives another one. */
function wordAfter(name: string, isWritten: boolean) {
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
  incident.isProofOver = true;
  let writes = 0;
  const pump = new Pump(core, (effect) => {
    if (effect.do !== 'write-cell') return null;
    writes += 1;
    if (writes === 1) assert.equal(confirmDead(core, 'h9', name).ok, true);
    return isWritten
      ? { result: { of: 'write-cell', ok: true } }
      : { result: { of: 'write-cell', ok: false, volume: 'a', detail: 'no' } };
  });
  pump.run(prove(core, master, incident), 5_000);
  assert.ok(writes > 0);
  const { record, isProofOver, isWordUnwritten } = incident;
  return { confirmedBy: record.confirmedBy, isProofOver, isWordUnwritten };
}

for (const isWritten of [true, false])
  for (const name of ['bob', 'ann'])
    void test(`a word of ${name}, given while the end of ann’s ${isWritten ? 'is' : 'cannot be'} written, counts`, () => {
      const left = { confirmedBy: name, isProofOver: false, isWordUnwritten: true };
      assert.deepEqual(wordAfter(name, isWritten), left);
    });
