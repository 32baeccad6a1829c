import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectedCore, Pump, type Script } from '../../../../test/world/pump.ts';
import { writeIntents } from './intents.ts';

/** Three lease volumes and one for heartbeats, of which these take the write. */
function write(taken: readonly string[]): boolean {
  const lease = ['a', 'b', 'c'].map((name) => ({ name, lease: true }));
  const core = connectedCore({ volumes: [...lease, { name: 'd', lease: false }] });
  const script: Script = (effect) => {
    if (effect.do !== 'write-body' || !taken.includes(effect.volume)) return null;
    return { result: { of: 'write-body', ok: true, begunMs: core.now, endedMs: core.now } };
  };
  return new Pump(core, script).run(writeIntents(core), 10_000) ?? assert.fail('it must end');
}

void test('an intent is written once it stands on a majority of the lease volumes', () => {
  assert.equal(write(['a', 'b', 'c', 'd']), true);
  assert.equal(write(['b', 'c']), true);
  assert.equal(write(['a', 'd']), false);
  assert.equal(write([]), false);
});
