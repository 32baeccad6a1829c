import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHostEvidence } from './host.ts';
import { isLeaving, noteLeaving } from './leaving.ts';

const REBOOT = { why: 'reboot', expiresMs: 60_000 } as const;

void test('an announcement holds for its time from when it was first seen, however often it is repeated', () => {
  const evidence = createHostEvidence('h2');
  evidence.boot = 'one';
  noteLeaving(evidence, REBOOT, 'one', 1_000);
  noteLeaving(evidence, { ...REBOOT }, 'one', 50_000);
  assert.ok(isLeaving(evidence, 60_999));
  assert.ok(!isLeaving(evidence, 61_000));
});

void test('the same words in another boot, or others in the same one, are another announcement', () => {
  const evidence = createHostEvidence('h2');
  evidence.boot = 'one';
  noteLeaving(evidence, REBOOT, 'one', 1_000);
  // What it said between the two was not seen.
  evidence.boot = 'two';
  assert.ok(!isLeaving(evidence, 2_000), 'what a former boot announced, it has done');
  noteLeaving(evidence, REBOOT, 'two', 200_000);
  assert.equal(evidence.leftBoot, 'two');
  assert.ok(isLeaving(evidence, 259_999));
  noteLeaving(evidence, { ...REBOOT, why: 'shutdown' }, 'two', 300_000);
  assert.ok(isLeaving(evidence, 359_999));
  assert.ok(!isLeaving(evidence, 360_000));
});
