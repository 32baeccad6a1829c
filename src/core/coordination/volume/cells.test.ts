import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentRecord, slot, TIMING } from '../../../../test/world/fixtures.ts';
import { connectedCore, Pump, type Script } from '../../../../test/world/pump.ts';
import { cell } from '../../../../test/world/slave.ts';
import { blindFor } from '../../master/blind.ts';
import { createMastership } from '../../master/mastership.ts';
import type { CellObservation, SlotObservation } from '../../wire/observations.ts';
import { highestRecord, readOwnRecord, takeUpRecords } from './cells.ts';
import { KERNEL_SENDS_MS } from '../../recovery/still-sent.ts';

interface Volume {
  readonly cells: readonly CellObservation[];
  readonly slots?: readonly SlotObservation[];
}

/** A new master, and what each of its three lease volumes shows; one that is not named does not answer. */
function newMaster(shown: Readonly<Record<string, Volume>>, sinceMs = 0) {
  const core = connectedCore({ volumes: ['a', 'b', 'c'].map((name) => ({ name, lease: true })) });
  const master = createMastership(2, core.now - sinceMs, true);
  core.master = master;
  const script: Script = (effect) => {
    const volume = effect.do === 'read-volume' ? shown[effect.volume] : undefined;
    if (volume === undefined) return null;
    const { cells, slots = [slot('h9', 9)] } = volume;
    const times = { begunMs: core.now, endedMs: core.now };
    return { result: { of: 'read-volume', ok: true, ...times, seats: [], slots, cells } };
  };
  const records = new Pump(core, script).run(
    takeUpRecords(core, () => true),
    10_000,
  );
  return { core, master, records };
}

void test('the record of the highest term counts, and of one term that of the highest number', () => {
  const older = incidentRecord({ term: 1, sequence: 9, phase: 'evacuating' });
  const newer = incidentRecord({ term: 2, sequence: 3, phase: 'returning' });
  const newest = incidentRecord({ term: 2, sequence: 4, phase: 'closed' });
  for (const records of [
    [older, newer, newest],
    [newest, newer, older],
    [newer, newest, older],
  ])
    assert.equal(highestRecord(records)?.phase, 'closed');
  assert.equal(highestRecord([newer, older])?.phase, 'returning');
  assert.equal(highestRecord([]), null);
});

void test('a new master takes up what a majority of the lease volumes shows, and nothing where it cannot read one', () => {
  const old: Volume = { cells: [cell(incidentRecord({ sequence: 1 }))] };
  const now: Volume = { cells: [cell(incidentRecord({ sequence: 2, phase: 'returning' }))] };
  for (const shown of [
    { a: old, b: now },
    { b: now, c: old },
  ]) {
    const { records } = newMaster(shown);
    assert.deepEqual(
      records?.map(({ phase }) => phase),
      ['returning'],
    );
  }
  assert.equal(newMaster({ b: old }).records, null);
});

void test('a slot that a new master cannot read may hold an intent: it waits for Q', () => {
  const damaged: SlotObservation = { state: 'damaged', index: 9, host: null, reason: { code: 'torn' } };
  const whole = newMaster({ a: { cells: [] }, b: { cells: [] } });
  assert.equal(blindFor(whole.core, whole.master), null);
  const { core, master } = newMaster({ a: { cells: [] }, b: { cells: [], slots: [damaged] } });
  const readMs = core.now;
  core.now = readMs + TIMING.openRequestMs - 1_000;
  assert.match(blindFor(core, master) ?? '', /a slot was damaged/);
  core.now = readMs + TIMING.openRequestMs;
  assert.equal(blindFor(core, master), null);
});

const torn = (slot: number, which: 0 | 1): CellObservation => ({
  state: 'damaged',
  index: 2 * slot + which,
  slot,
  which,
  host: null,
  reason: { code: 'torn' },
});

void test('cells of which none can be read hold a take-over up, for Q; one of two that is torn does not', () => {
  const good = cell(incidentRecord({ phase: 'evacuating' }));
  const whole: Volume = { cells: [good, torn(9, 1)] };
  const damaged: Volume = { cells: [torn(9, 0), torn(9, 1)] };
  const first: Volume = { cells: [torn(9, 0), torn(8, 1)] };
  assert.equal(newMaster({ a: whole, b: whole }).records?.length, 1);
  assert.deepEqual(newMaster({ a: first, b: first }).records, [], 'the first that was written there');
  assert.equal(newMaster({ a: whole, b: damaged }).records, null);
  assert.equal(newMaster({ a: damaged, b: whole, c: whole }).records?.length, 1, 'a majority can be read');
  const unansweredMs = KERNEL_SENDS_MS + TIMING.openRequestMs;
  assert.equal(newMaster({ a: damaged, b: damaged }, unansweredMs - 1_000).records, null);
  assert.deepEqual(newMaster({ a: damaged, b: damaged }, unansweredMs + 1).records, []);
});

void test('cells of the own slot of which none can be read do not say that no incident is open', () => {
  const own = (cells: readonly CellObservation[]) => {
    const core = connectedCore();
    const script: Script = (effect) =>
      effect.do === 'read-volume'
        ? {
            result: {
              of: 'read-volume',
              ok: true,
              begunMs: core.now,
              endedMs: core.now,
              seats: [],
              slots: [],
              cells,
            },
          }
        : null;
    return new Pump(core, script).run(readOwnRecord(core), 10_000);
  };
  const [volume] = connectedCore().leaseVolumes;
  const slotIndex = volume?.slotIndex ?? assert.fail();
  const record = incidentRecord({ victim: connectedCore().settings.host, phase: 'closed' });
  assert.deepEqual(own([]), { record: null });
  assert.deepEqual(own([torn(slotIndex, 1)]), { record: null }, 'the first that was written there');
  assert.equal(own([torn(slotIndex, 0), torn(slotIndex, 1)]), null);
  assert.deepEqual(own([torn(slotIndex + 1, 0)]), { record: null }, 'of another host');
  assert.deepEqual(own([{ ...cell(record), slot: slotIndex }, torn(slotIndex, 1)]), { record });
});
