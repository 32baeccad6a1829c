import assert from 'node:assert/strict';
import { test } from 'node:test';
import { header, TIMING } from '../../../test/world/fixtures.ts';
import { formerBootLives, noteBoot, sightBoot } from './boots.ts';
import { createHostEvidence, type HostEvidence } from './host.ts';
import { noteLeaving, noteStay } from './leaving.ts';
import { observe } from './volume-path.ts';

function livedIn(...boots: readonly string[]): HostEvidence {
  const evidence = createHostEvidence('h9');
  for (const boot of boots) noteBoot(evidence, boot, 0);
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

void test('of slots that stand still on several volumes the one whose beat started last tells the boot', () => {
  for (const first of ['a', 'b']) {
    const evidence = createHostEvidence('h9');
    const slots = { a: header({ boot: 'one', incarnation: 7 }), b: header({ boot: 'two', incarnation: 8 }) };
    for (const uuid of first === 'a' ? (['a', 'b'] as const) : (['b', 'a'] as const)) {
      evidence.volumes.set(uuid, observe(undefined, slots[uuid], 'first', 0));
      sightBoot(evidence, slots[uuid], TIMING, 0);
    }
    assert.equal(evidence.boot, 'two');
    assert.equal(evidence.bootLifeMs, null, 'nothing of it was seen alive');
  }
});

void test('a slot that stands still does not change the boot of a host that was seen alive', () => {
  const evidence = createHostEvidence('h9');
  const alive = header({ boot: 'two', incarnation: 8 });
  evidence.volumes.set('a', observe(undefined, alive, 'advance', 1_000));
  noteBoot(evidence, 'two', 1_000);
  const left = header({ boot: 'one', incarnation: 9 });
  evidence.volumes.set('b', observe(undefined, left, 'first', 1_000));
  sightBoot(evidence, left, TIMING, 1_000);
  assert.equal(evidence.boot, 'two');
});

void test('a boot that should be over and shows life is told, until the next one would have followed', () => {
  const evidence = createHostEvidence('h9');
  noteBoot(evidence, 'one', 0);
  noteBoot(evidence, 'two', 60_000);
  assert.ok(!formerBootLives(evidence, TIMING, 60_000), 'it has rebooted, and took its time');
  noteBoot(evidence, 'one', 61_000);
  assert.ok(formerBootLives(evidence, TIMING, 61_000 + TIMING.networkLostMs - 1));
  assert.ok(!formerBootLives(evidence, TIMING, 61_000 + TIMING.networkLostMs));
});

const reboot = { why: 'reboot', expiresMs: 60_000 } as const;

void test('a boot that lives on after it was to be left is not left any more, however often its slot repeats it', () => {
  const evidence = livedIn('one');
  noteLeaving(evidence, reboot, 'one', 1_000);
  assert.equal(evidence.leftBoot, 'one');
  noteStay(evidence, 'one', 60_999);
  assert.equal(evidence.leftBoot, 'one');
  noteStay(evidence, 'one', 61_000);
  noteLeaving(evidence, reboot, 'one', 61_000);
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
