import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noteBoot } from './boots.ts';
import { createHostEvidence, type HostEvidence } from './host.ts';
import { noteLeaving, noteStay } from './leaving.ts';

function livedIn(...boots: readonly string[]): HostEvidence {
  const evidence = createHostEvidence('h9');
  for (const boot of boots) noteBoot(evidence, boot);
  return evidence;
}

void test('a new boot is a new life at its first sign', () => {
  assert.equal(livedIn('one', 'two').boot, 'two');
  assert.equal(livedIn('one', 'two', 'three').boot, 'three');
});

void test('a late write of a former boot, once on each volume, does not bring it back', () => {
  const evidence = livedIn('one', 'two', 'one', 'two', 'one', 'two', 'one', 'one', 'one');
  assert.equal(evidence.boot, 'two');
});

void test('a boot that goes on advancing lives, whichever was seen first', () => {
  assert.equal(livedIn('two', 'one', 'two', 'two', 'two', 'two', 'two').boot, 'two');
});

void test('former boots are remembered up to a limit', () => {
  const many = Array.from({ length: 100 }, (_, n) => `boot-${n}`);
  assert.ok(livedIn(...many).formerBoots.size <= 5);
});

const restart = { why: 'agent-restart', expiresMs: 60_000 } as const;

void test('a boot that lives on after it was to be left is not left any more, however often its slot repeats it', () => {
  const evidence = livedIn('one');
  noteLeaving(evidence, restart, 'one', 1_000);
  assert.equal(evidence.leftBoot, 'one');
  noteStay(evidence, 'one', 60_999);
  assert.equal(evidence.leftBoot, 'one');
  noteStay(evidence, 'one', 61_000);
  noteLeaving(evidence, restart, 'one', 61_000);
  assert.equal(evidence.leftBoot, null);
});

void test('a shutdown holds until told otherwise, in that boot and by its own word', () => {
  const evidence = livedIn('one');
  noteLeaving(evidence, { why: 'shutdown', expiresMs: null }, 'one', 0);
  noteStay(evidence, 'one', 1e9);
  assert.equal(evidence.leftBoot, 'one');
  noteLeaving(evidence, null, 'two', 1e9);
  assert.equal(evidence.leftBoot, 'one');
  noteLeaving(evidence, null, 'one', 1e9);
  assert.equal(evidence.leftBoot, null);
});
