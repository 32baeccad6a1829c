import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slot, UUID_A } from '../../../test/world/fixtures.ts';
import { connectedCore } from '../../../test/world/pump.ts';
import { lastSlots } from './last-slots.ts';
import { noteEvidence } from './note.ts';

const left = slot('h2', 1, { incarnation: 1, counter: 700, boot: 'h2-boot-1' });
const last = slot('h2', 5, { incarnation: 2, counter: 3, boot: 'h2-boot-2' });
const other = slot('h3', 3);

void test('of two slots of a host the one with the higher incarnation counts, then with the higher counter', () => {
  const before = slot('h2', 1, { incarnation: 2, counter: 2 });
  const damaged = { state: 'damaged', index: 6, host: 'h2', reason: { code: 'torn' } } as const;
  for (const first of [left, before])
    for (const slots of [
      [first, other, last, damaged],
      [damaged, last, other, first],
    ]) {
      assert.equal(lastSlots(slots).get('h2'), last);
      assert.equal(lastSlots(slots).get('h3'), other);
      assert.equal(lastSlots(slots).size, 2);
    }
});

void test('a host that left a slot behind looks neither alive nor rebooted by that, and its cells are with its last one', () => {
  for (const slots of [
    [left, last],
    [last, left],
  ]) {
    const core = connectedCore();
    const volume = core.volumes.get('a') ?? assert.fail();
    for (let read = 0; read < 2; read += 1) {
      core.now += 1_000;
      noteEvidence(core, volume, slots, { begunMs: core.now, endedMs: core.now });
      const h2 = core.hosts.get('h2') ?? assert.fail();
      const path = h2.volumes.get(UUID_A) ?? assert.fail();
      assert.deepEqual([path.incarnation, path.counter, path.seenAlive], [2, 3, false]);
      assert.deepEqual([h2.boot, h2.rebooted, h2.slotIndex.get(UUID_A)], ['h2-boot-2', null, 5]);
    }
  }
});
