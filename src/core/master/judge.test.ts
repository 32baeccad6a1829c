import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slot } from '../../../test/world/fixtures.ts';
import { connectedCore } from '../../../test/world/pump.ts';
import { evidenceOf, noteEvidence } from '../evidence/note.ts';
import { judgeHosts } from './judge.ts';
import { createMastership } from './mastership.ts';

const BEAT_MS = 1_000;

/** A master, and h2, which wrote to its volume and was heard until `silentSinceMs`. */
function silentHost() {
  const core = connectedCore();
  const master = createMastership(1, core.now, true);
  core.master = master;
  const h2 = evidenceOf(core, 'h2') ?? assert.fail();
  const volume = core.volumes.get('a') ?? assert.fail();
  const read = (counter: number): void => {
    core.now += BEAT_MS;
    noteEvidence(core, volume, [slot('h2', 2, { counter })], { begunMs: core.now, endedMs: core.now });
  };
  for (let counter = 1; counter <= 5; counter += 1) read(counter);
  const silentSinceMs = core.now;
  h2.network.heardMs = silentSinceMs;
  for (let beats = 0; beats < 9; beats += 1) read(5);
  const probed = (begunMs: number): void => void h2.probes.set('h1', { answer: 'none', begunMs });
  const judge = () => {
    read(5);
    judgeHosts(core, master);
    return master.judgements.get('h2') ?? assert.fail();
  };
  const told = () =>
    core.outbox.splice(0).flatMap((effect) => (effect.do === 'report' ? [effect.report] : []));
  return { silentSinceMs, probed, judge, told };
}

void test('a host that is silent everywhere is failed when that was seen twice in a row', () => {
  const { silentSinceMs, probed, judge } = silentHost();
  probed(silentSinceMs + 4 * BEAT_MS);
  assert.deepEqual([judge().verdict, judge().verdict], ['suspect', 'failed']);
});

void test('… and not before its own address was asked since it fell silent', () => {
  const { silentSinceMs, probed, judge } = silentHost();
  assert.deepEqual([judge().verdict, judge().verdict], ['suspect', 'suspect']);
  probed(silentSinceMs - 1);
  const { verdict, words } = judge();
  assert.equal(verdict, 'suspect');
  assert.match(words, /what its own address answers/);
  probed(silentSinceMs);
  assert.equal(judge().verdict, 'failed');
});

void test('a probe that cannot be tried is told after a minute, with what to do, until the verdict is another one', () => {
  const { silentSinceMs, probed, judge, told } = silentHost();
  for (let beats = 0; beats < 60; beats += 1) judge();
  assert.deepEqual(told(), []);
  assert.match(judge().words, /a probe, which h1 cannot try: look for a firewall/);
  const [begun] = told();
  assert.deepEqual([begun?.cause, begun?.state], ['host/h2/suspect', 'begin']);
  assert.match(begun?.rule ?? '', /which h1 cannot try/);
  judge();
  assert.deepEqual(told(), []);
  probed(silentSinceMs);
  assert.equal(judge().verdict, 'failed');
  assert.deepEqual(
    told().map(({ cause, state }) => `${state} ${cause}`),
    ['end host/h2/suspect', 'begin host/h2/failed'],
  );
});
