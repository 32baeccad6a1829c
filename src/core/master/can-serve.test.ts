import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slot } from '../../../test/world/fixtures.ts';
import { connectedCore } from '../../../test/world/pump.ts';
import { noteEvidence } from '../evidence/note.ts';
import type { Facts } from '../verdict/facts.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { canServe } from './can-serve.ts';
import { factsOf } from '../verdict/facts-now.ts';

/** A host that hears the master and writes to the only volume; judged so, and with these facts. */
function serves(verdict: Verdict, more: Partial<Facts> = {}, writable = true): boolean {
  const core = connectedCore();
  const volume = core.volumes.get('a') ?? assert.fail();
  const volumes = [{ uuid: 'uuid-a', name: 'a', writable }];
  const view = { master: 'h1', neighbours: [], isolation: [], volumes };
  noteEvidence(core, volume, [slot('h2', 2, {}, { view })], { begunMs: core.now, endedMs: core.now });
  const h2 = core.hosts.get('h2') ?? assert.fail();
  const rest = { row: 7, words: '', sinceMs: core.now, boot: 'h2-boot', lostRounds: 0, everFresh: true };
  return canServe(core, h2, { ...rest, verdict, facts: { ...factsOf(core, h2), ...more } });
}

void test('who is online, or degraded and can still do it, is asked', () => {
  assert.equal(serves('online'), true);
  assert.equal(serves('degraded'), true);
  for (const verdict of ['suspect', 'failed', 'isolated', 'agent-down', 'returning', 'unknown'] as const)
    assert.equal(serves(verdict), false, verdict);
});

void test('nobody is asked who would not hear it, is two, or cannot write down what it is about to do', () => {
  assert.equal(serves('degraded', { hearsMaster: false }), false);
  assert.equal(serves('degraded', { namesakes: true }), false);
  assert.equal(serves('online', { formerBootLives: true }), false);
  assert.equal(serves('degraded', {}, false), false);
});
