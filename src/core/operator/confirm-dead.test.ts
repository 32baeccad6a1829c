import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentRecord, slot } from '../../../test/world/fixtures.ts';
import { setUp } from '../../../test/world/planning.ts';
import { evidenceOf, noteEvidence } from '../evidence/note.ts';
import { createIncident } from '../recovery/incident.ts';
import type { Core } from '../state.ts';
import { confirmDead } from './confirm-dead.ts';

/** This master has called it, a member with a slot, and was not answered. */
function unheard(core: Core, host: string): void {
  const evidence = evidenceOf(core, host) ?? assert.fail();
  evidence.slotIndex.set('uuid-a', 7);
  evidence.network.askedMs = core.now - core.settings.timing.networkLostMs;
}

void test('a word that opens no incident is refused with its reason', () => {
  const { core, master } = setUp();
  unheard(core, 'silent');
  for (let n = master.incidents.size; n < 64; n += 1)
    master.incidents.set(`x${n}`, createIncident(incidentRecord({ victim: `x${n}` }), core.now, true));
  const refused = confirmDead(core, 'silent', 'ann');
  assert.equal(refused.ok, false);
  assert.match(refused.words, /64 incidents are open/);
  master.incidents.delete('x63');
  assert.equal(confirmDead(core, 'silent', 'ann').ok, true);
  assert.equal(master.incidents.get('silent')?.record.confirmedBy, 'ann');
});

void test('a word against a host that writes to a volume is refused, though its network is silent', () => {
  const { core, master } = setUp();
  const volume = [...core.volumes.values()].find(({ uuid }) => uuid !== null) ?? assert.fail();
  const read = (counter: number): void => {
    core.now += 1_000;
    const times = { begunMs: core.now, endedMs: core.now };
    noteEvidence(core, volume, [slot('h7', 7, { counter })], times);
  };
  for (const counter of [1, 2, 3]) read(counter);
  unheard(core, 'h7');
  const refused = confirmDead(core, 'h7', 'ann');
  assert.equal(refused.ok, false);
  assert.match(refused.words, /h7 is alive: its heartbeats arrive/);
  for (let beats = 0; beats < 5; beats += 1) read(3);
  assert.match(confirmDead(core, 'h7', 'ann').words, /too soon to tell .* in 8 s/, 'it may just be slow');
  for (let beats = 0; beats < 5; beats += 1) read(3);
  assert.equal(confirmDead(core, 'h7', 'ann').ok, true);
  assert.ok(master.incidents.has('h7'));
});

void test('a word is refused by a master that has not listened for the host for long enough', () => {
  const { core, master } = setUp();
  const evidence = evidenceOf(core, 'silent') ?? assert.fail();
  assert.match(confirmDead(core, 'silent', 'ann').words, /silent has no slot on any volume/);
  evidence.slotIndex.set('uuid-of-no-lease-volume', 7);
  assert.match(confirmDead(core, 'silent', 'ann').words, /no slot of silent could be read on a majority/);
  evidence.slotIndex.set('uuid-a', 7);
  for (const askedMs of [null, core.now, core.now - core.settings.timing.networkLostMs + 1]) {
    evidence.network.askedMs = askedMs;
    const refused = confirmDead(core, 'silent', 'ann');
    assert.equal(refused.ok, false);
    assert.match(refused.words, /too soon to tell whether silent is silent: confirm it again in 8 s/);
  }
  assert.equal(master.incidents.has('silent'), false);
  unheard(core, 'silent');
  assert.equal(confirmDead(core, 'silent', 'ann').ok, true);
});
