import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slot } from '../../../test/world/fixtures.ts';
import { connectedCore } from '../../../test/world/pump.ts';
import { noteEvidence } from '../evidence/note.ts';
import { reportImpossibleTerms } from './impossible-terms.ts';

void test('a host that tells of an impossible term is reported once, and so is its end', () => {
  const core = connectedCore();
  const volume = core.volumes.get('a') ?? assert.fail();
  const read = (...termsSeen: readonly number[]): readonly string[] => {
    core.now += 1_000;
    const slots = termsSeen.map((termSeen, n) =>
      slot(`h${n + 2}`, n + 2, { counter: core.now }, { termSeen, sequence: core.now }),
    );
    noteEvidence(core, volume, slots, { begunMs: core.now, endedMs: core.now });
    reportImpossibleTerms(core);
    return core.outbox
      .splice(0)
      .flatMap((effect) => (effect.do === 'report' ? [`${effect.report.state} ${effect.report.cause}`] : []));
  };
  assert.deepEqual(read(3, 3), []);
  assert.deepEqual(read(2 ** 40, 3), ['begin term/h2']);
  assert.deepEqual(read(Number.MAX_SAFE_INTEGER, 3), []);
  assert.deepEqual(read(3, 3), ['end term/h2']);
  assert.deepEqual(read(3, Number.MAX_SAFE_INTEGER), ['begin term/h3']);
  assert.deepEqual(read(3), ['end term/h3'], 'its slot was freed');
});
