import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slotBody, TIMING } from '../../test/world/fixtures.ts';
import { connectedCore, Pump } from '../../test/world/pump.ts';
import { publish, publishNow } from './publish.ts';
import { KERNEL_SENDS_MS } from './recovery/still-sent.ts';
import { inheritIntents } from './recovery/executor.ts';
import { fitSlot } from './wire/fit.ts';
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
  pump.pass(KERNEL_SENDS_MS + TIMING.openRequestMs - 13 * BEAT_MS);
  assert.deepEqual(beat(), []);
  // The older ones have ended.
  pump.pass(2 * BEAT_MS);
  assert.equal(beat().at(-1), 1);
  pump.pass(10 * BEAT_MS);
  assert.equal(beat().at(-1), 0);
});

void test('a slot that has no room for all of it says what fits', () => {
  const host = 'h'.repeat(63);
  const pump = new Pump(connectedCore({ host }), () => null);
  const { core } = pump;
  const neighbours = Array.from({ length: 8 }, () => ({ host, answer: 'none' }) as const);
  Object.assign(core.link, { neighbours });
  const declared = { by: 'ü'.repeat(64), why: 'ü'.repeat(200), recover: false };
  core.maintenance = { sequence: 1, declared };
  publish(core);
  pump.pass(0);
  const [written] = pump.did('write-body');
  assert.equal(written?.body.maintenance.declared?.by.length, 64);
  assert.equal(written?.body.maintenance.declared?.why?.length, 200);
  const posted = { attempt: 1, term: 1, phase: 'posted' } as const;
  const intents = Array.from({ length: MAX_OPEN_INTENTS }, (_, n) => ({
    ...posted,
    incident: `${host}-1-1`,
    vm: `${n}`.repeat(36),
  }));
  inheritIntents(core, slotBody(host, { agent: 'former', intents }));
  publish(core);
  pump.pass(0);
  const body = pump.did('write-body').at(-1)?.body ?? assert.fail();
  assert.deepEqual(body.intents, intents);
  assert.ok((body.maintenance.declared?.why?.length ?? 0) < 200);
  assert.equal(fitSlot(body), body);
});
