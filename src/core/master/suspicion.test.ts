import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slot, TIMING } from '../../../test/world/fixtures.ts';
import { connectedCore } from '../../../test/world/pump.ts';
import { noteEvidence } from '../evidence/note.ts';
import { createMastership } from './mastership.ts';
import { MAX_PROBES_AT_ONCE, suspect } from './suspicion.ts';

/** What a master asks for about a host that it last heard so long ago, and whether it wants its own view. */
function askedAbout(silentMs: number): { readonly asked: readonly string[]; readonly wants: boolean } {
  const core = connectedCore();
  const master = createMastership(1, core.now, true);
  core.master = master;
  core.lease = { phase: 'holding', term: 1, renewedMs: new Map([['a', core.now]]), sawPreviousHolder: true };
  const volume = core.volumes.get('a') ?? assert.fail();
  noteEvidence(core, volume, [slot('h2', 2)], { begunMs: core.now, endedMs: core.now });
  const h2 = core.hosts.get('h2') ?? assert.fail();
  h2.network.heardMs = core.now - silentMs;
  suspect(core, master);
  const asked = core.outbox.splice(0).map((effect) => (effect.do === 'cloud' ? effect.call.call : effect.do));
  return { asked, wants: master.wantsOwnView };
}

void test('while everybody is heard, nothing is asked', () => {
  assert.deepEqual(askedAbout(0), { asked: [], wants: false });
  assert.deepEqual(askedAbout(TIMING.suspectMs - 1), { asked: [], wants: false });
});

void test('of a host that is missed nova is asked, and once it is lost its own address', () => {
  assert.deepEqual(askedAbout(TIMING.suspectMs), { asked: ['list-services'], wants: true });
  assert.deepEqual(askedAbout(TIMING.networkLostMs).asked, ['list-services', 'probe']);
});

void test('where more are silent than can be probed at once, each has its turn', () => {
  const core = connectedCore();
  const master = createMastership(1, core.now, true);
  core.master = master;
  const volume = core.volumes.get('a') ?? assert.fail();
  const hosts = Array.from({ length: MAX_PROBES_AT_ONCE + 1 }, (_, n) => `x${n}`);
  const slots = hosts.map((host, n) => slot(host, n));
  noteEvidence(core, volume, slots, { begunMs: core.now, endedMs: core.now });
  for (const { network } of core.hosts.values()) network.heardMs = core.now - TIMING.networkLostMs;
  core.lease = { phase: 'holding', term: 1, renewedMs: new Map([['a', core.now]]), sawPreviousHolder: true };
  suspect(core, master);
  const begunMs = core.now;
  for (const key of master.probing) {
    const [host = '', by = ''] = key.split(' by ');
    core.hosts.get(host)?.probes.set(by, { answer: 'none', begunMs });
  }
  master.probing.clear();
  core.now += TIMING.probeMs;
  suspect(core, master);
  const last = hosts.at(-1) ?? assert.fail();
  assert.ok([...master.probing].some((key) => key.startsWith(`${last} by`)));
});
