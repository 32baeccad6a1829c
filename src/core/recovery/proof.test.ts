import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentRecord, settings } from '../../../test/world/fixtures.ts';
import { connectedCore } from '../../../test/world/pump.ts';
import { createHostEvidence, type HostEvidence } from '../evidence/host.ts';
import type { Core } from '../state.ts';
import type { Facts } from '../verdict/facts.ts';
import type { Proof } from '../wire/records.ts';
import { isAlive, isBackWithNewBoot } from './life.ts';
import { findProof } from './proof.ts';

const SILENCE_MS = 13_000;
const core = (...accepted: readonly Proof[]): Core =>
  connectedCore({ recovery: { ...settings().recovery, acceptedProofs: accepted } });

/** Everything that the proof `silence` needs. */
const silent = (at: Core): Facts => ({
  network: 'lost',
  storage: 'lost',
  agent: 'speaking',
  hearing: 'not-told',
  witness: 'none-alive',
  witnesses: [],
  novaReport: 'quiet',
  hearsMaster: true,
  namesakes: false,
  formerBootLives: false,
  troubledVolumes: [],
  freshVolumes: [],
  silentSinceMs: at.now - SILENCE_MS,
});
const evidence = (boot: string | null): HostEvidence => ({ ...createHostEvidence('h9'), boot });
const record = incidentRecord({ proof: null });

void test('silence: every path and nova-compute silent for a report interval and slack', () => {
  const at = core('silence');
  assert.deepEqual(findProof(at, record, evidence('h9-boot'), silent(at)), { proof: 'silence' });
});

const lacking: readonly (readonly [string, (at: Core) => Partial<Facts>])[] = [
  ['network fresh', () => ({ network: 'fresh' })],
  ['network unseen', () => ({ network: 'unseen' })],
  ['storage fresh', () => ({ storage: 'fresh' })],
  ['storage undecided', () => ({ storage: 'undecided' })],
  ['storage unseen', () => ({ storage: 'unseen' })],
  ['no volume listed', () => ({ storage: 'none-listed' })],
  ['agent heard', () => ({ witness: 'agent-heard' })],
  ['kernel alive', () => ({ witness: 'kernel-alive' })],
  ['nova-compute alive', () => ({ witness: 'nova-compute-alive' })],
  ['nova not asked', () => ({ novaReport: 'unknown' })],
  ['nova-compute reported', () => ({ novaReport: 'alive' })],
  ['a moment too short', (at) => ({ silentSinceMs: at.now - SILENCE_MS + 1 })],
  ['never seen alive', () => ({ silentSinceMs: null })],
];
for (const [name, change] of lacking) {
  void test(`silence: not with ${name}, and it says what is lacking`, () => {
    const at = core('silence');
    const found = findProof(at, record, evidence('h9-boot'), { ...silent(at), ...change(at) });
    assert.ok(found.proof === null);
    assert.match(found.lacking, /^silence: ./);
  });
}

void test('what is not accepted is no proof, however silent; nothing accepted says so', () => {
  const at = core();
  const found = findProof(at, record, evidence('h9-boot'), silent(at));
  assert.ok(found.proof === null && /accepts no proof/.test(found.lacking));
  const power = core('power');
  assert.equal(findProof(power, record, evidence('h9-boot'), silent(power)).proof, null);
});

void test('reboot: back with another boot id, if accepted; otherwise silence is no proof either', () => {
  const at = core('silence', 'reboot');
  const back: Facts = { ...silent(at), storage: 'fresh' };
  assert.deepEqual(findProof(at, record, evidence('new'), back), { proof: 'reboot' });
  assert.equal(findProof(at, record, evidence('h9-boot'), back).proof, null);
  assert.deepEqual(findProof(at, record, evidence('new'), silent(at)), { proof: 'silence' });
  assert.equal(findProof(core('silence'), record, evidence('new'), back).proof, null);
});

void test('operator: somebody’s name always counts, whatever is accepted and known', () => {
  const confirmed = incidentRecord({ confirmedBy: 'ann' });
  assert.deepEqual(findProof(core(), confirmed, undefined, undefined), { proof: 'operator' });
});

void test('life is told from a new life by the boot id, on any path', () => {
  const at = core();
  for (const fresh of [{ network: 'fresh' }, { storage: 'fresh' }] as const) {
    const facts: Facts = { ...silent(at), ...fresh };
    assert.ok(isAlive(record, evidence('h9-boot'), facts));
    assert.ok(isAlive(record, evidence(null), facts), 'of unknown boot');
    assert.ok(isBackWithNewBoot(record, evidence('new'), facts) && !isAlive(record, evidence('new'), facts));
  }
  assert.ok(!isAlive(record, evidence('h9-boot'), silent(at)));
  assert.ok(!isBackWithNewBoot(record, evidence('new'), silent(at)));
});
