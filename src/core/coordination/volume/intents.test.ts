import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectedCore, Pump, type Script } from '../../../../test/world/pump.ts';
import { createMastership } from '../../master/mastership.ts';
import type { Core } from '../../state.ts';
import { livingAgent, tells, writeIntents } from './intents.ts';

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

const [FORMER, NEXT] = ['a'.repeat(16), 'b'.repeat(16)];

/** A master of three lease volumes, and for whom beats of `h2` write on them, in their order. */
function reading(...agents: readonly (string | null)[]): Core {
  const core = connectedCore({ volumes: ['a', 'b', 'c'].map((name) => ({ name, lease: true })) });
  core.master = createMastership(1, core.now, true);
  for (const [place, agent] of agents.entries()) {
    const words = { intents: [], agent: agent ?? NEXT, continues: null };
    core.master.intents.note('h2', `uuid-${'abc'[place]}`, words, core.now, agent !== null);
  }
  return core;
}

void test('whose words a host writes is what a majority of its lease volumes tells, and beats that live', () => {
  assert.equal(livingAgent(reading(FORMER, NEXT, NEXT), 'h2'), NEXT);
  assert.equal(livingAgent(reading(FORMER, NEXT, null), 'h2'), null);
  const ordered = { host: 'h2', agent: NEXT };
  assert.equal(tells(reading(FORMER, NEXT, NEXT), ordered), true);
  assert.equal(tells(reading(FORMER, NEXT, null), ordered), false);
});

void test('a volume that was read long ago tells nothing of now', () => {
  const core = reading(NEXT, NEXT, NEXT);
  core.now += 2 * core.settings.timing.volumeLostMs + 1;
  assert.equal(livingAgent(core, 'h2'), null);
  assert.equal(tells(core, { host: 'h2', agent: NEXT }), false);
});
