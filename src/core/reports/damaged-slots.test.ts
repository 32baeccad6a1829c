import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slot } from '../../../test/world/fixtures.ts';
import { connectedCore } from '../../../test/world/pump.ts';
import { noteVolumeEvent } from '../volumes.ts';
import type { SlotObservation } from '../wire/observations.ts';
import { reportDamagedSlots } from './damaged-slots.ts';

const damaged: SlotObservation = { state: 'damaged', index: 44, host: null, reason: { code: 'bad-magic' } };

void test('a slot that stays damaged is reported once, with its number, and so is its end', () => {
  const core = connectedCore();
  const volume = core.volumes.get('a') ?? assert.fail();
  const read = (slots: readonly SlotObservation[], afterMs: number): readonly string[] => {
    core.now += afterMs;
    const span = { begunMs: core.now, endedMs: core.now, wroteMs: core.now };
    noteVolumeEvent(
      volume,
      { kind: 'reading', volume: 'a', ...span, error: null, seats: [], slots },
      1,
      core.settings,
    );
    reportDamagedSlots(core);
    return core.outbox
      .splice(0)
      .flatMap((effect) => (effect.do === 'report' ? [`${effect.report.state} ${effect.report.title}`] : []));
  };
  assert.deepEqual(read([damaged], 0), [], 'it may have been read in the middle of its write');
  assert.deepEqual(read([slot('h2', 44)], 9_000), []);
  assert.deepEqual(read([damaged], 1_000), []);
  assert.deepEqual(read([damaged], 10_000), ['begin volume a: damaged slots: 44 (bad-magic)']);
  assert.deepEqual(read([damaged], 10_000), []);
  assert.deepEqual(read([slot('h2', 44)], 1_000), ['end volume a: no slot is damaged any more']);
});
