import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slotBody, TIMING } from '../../test/world/fixtures.ts';
import { connectedCore, Pump } from '../../test/world/pump.ts';
import { publish, publishNow } from './publish.ts';
import { inheritIntents } from './recovery/executor.ts';
import { MAX_OPEN_INTENTS, type Intent } from './wire/records.ts';

const BEAT_MS = 1_000;

void test('slots that tell of more intents than one can say are left as they are, until those have ended', () => {
  const pump = new Pump(connectedCore(), () => null);
  const { core } = pump;
  const beat = () => {
    publish(core);
    pump.pass(BEAT_MS);
    return pump.did('write-body').map(({ body }) => body.intents.length);
  };
  const inherit = (...vms: readonly string[]): void => {
    const posted = { incident: 'h9-1-1', attempt: 1, term: 1, phase: 'posted' } as const;
    const intents = vms.map((vm): Intent => ({ ...posted, vm }));
    inheritIntents(core, slotBody('h1', { agent: 'former', intents }));
  };
  inherit(...Array.from({ length: MAX_OPEN_INTENTS }, (_, n) => `older-${n}`));
  pump.pass(10 * BEAT_MS);
  inherit('newest');
  assert.deepEqual(beat(), []);
  assert.deepEqual(publishNow(core), []);
  pump.pass(TIMING.openRequestMs - 13 * BEAT_MS);
  assert.deepEqual(beat(), []);
  // The older ones have ended.
  pump.pass(2 * BEAT_MS);
  assert.equal(beat().at(-1), 1);
  pump.pass(10 * BEAT_MS);
  assert.equal(beat().at(-1), 0);
});
