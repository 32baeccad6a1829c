/** Whether an agent has found all that the one before it was about to ask of nova. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slotBody } from '../../../../test/world/fixtures.ts';
import { connectedCore } from '../../../../test/world/pump.ts';
import { continued, noteFormerAgent } from './former-agent.ts';

const FORMER = 'a'.repeat(16);
const EARLIER = 'e'.repeat(16);

/** What its beats tell an agent of three lease volumes, and of one for heartbeats, in their order. */
function told(...words: readonly (readonly [volume: string, agent: string | null, given?: boolean])[]) {
  const leases = ['a', 'b', 'c'].map((name) => ({ name, lease: true }));
  const core = connectedCore({ volumes: [...leases, { name: 'd', lease: false }] });
  for (const [volume, agent, given = true] of words) {
    const body = slotBody(core.settings.host, { agent: agent ?? core.settings.agent });
    noteFormerAgent(core, `uuid-${volume}`, { body, boot: core.settings.boot, given });
  }
  return continued(core);
}

void test('an agent continues the one that beats of a majority of the lease volumes have told it of', () => {
  assert.equal(told(['a', FORMER], ['b', FORMER]), FORMER);
  assert.equal(told(['c', FORMER], ['b', EARLIER], ['a', FORMER]), FORMER);
});

void test('it continues nobody where fewer have told it, or of different ones', () => {
  assert.equal(told(), null);
  assert.equal(told(['a', FORMER]), null);
  assert.equal(told(['a', FORMER], ['b', EARLIER]), null);
  assert.equal(told(['a', FORMER], ['d', FORMER]), null, 'no orders rest on that one');
});

void test('what a beat has found in its slot may be old: an older write may have landed there', () => {
  assert.equal(told(['a', FORMER], ['b', FORMER, false], ['c', FORMER, false]), null);
});

void test('it goes on to do so when its beats tell it its own words, or start anew with old ones', () => {
  assert.equal(told(['a', FORMER], ['b', FORMER], ['a', null], ['b', EARLIER]), FORMER);
});
