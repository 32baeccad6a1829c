import assert from 'node:assert/strict';
import { test } from 'node:test';
import { service, TIMING } from '../../../test/world/fixtures.ts';
import {
  createNovaWitness,
  noteServices,
  noteTouched,
  reportedSince,
  reportSince,
  type NovaWitness,
} from './nova-witness.ts';

/** Reads of nova's list: when each was begun, and which report it showed. */
function read(reads: readonly (readonly [number, string])[], witness = createNovaWitness()): NovaWitness {
  for (const [begunMs, updatedAt] of reads) noteServices(witness, [service('h2', { updatedAt })], begunMs);
  return witness;
}
const LOSS_MS = 100_000;
const QUIET_MS = TIMING.novaReportMs + TIMING.novaReportSlackMs;
/** As the last read is answered, or so long afterwards. */
const verdict = (witness: NovaWitness, laterMs = 0): string =>
  reportSince(witness, 'h2', LOSS_MS, TIMING, (witness.readMs ?? 0) + laterMs);

void test('a change between two reads begun after the loss is life', () => {
  assert.equal(
    verdict(
      read([
        [100_000, 'a'],
        [105_000, 'b'],
      ]),
    ),
    'alive',
  );
});

void test('a change against a read begun before the loss may be a report from before it', () => {
  assert.equal(
    verdict(
      read([
        [99_999, 'a'],
        [105_000, 'b'],
      ]),
    ),
    'unknown',
  );
});

void test('one read says nothing; unchanged for a report interval and slack is quiet', () => {
  assert.equal(verdict(read([[101_000, 'a']])), 'unknown');
  assert.equal(
    verdict(
      read([
        [101_000, 'a'],
        [101_000 + QUIET_MS - 1, 'a'],
      ]),
    ),
    'unknown',
  );
  assert.equal(
    verdict(
      read([
        [101_000, 'a'],
        [101_000 + QUIET_MS, 'a'],
      ]),
    ),
    'quiet',
  );
});

void test('a value that stood before the loss counts from the loss', () => {
  assert.equal(
    verdict(
      read([
        [50_000, 'a'],
        [LOSS_MS + QUIET_MS - 1, 'a'],
      ]),
    ),
    'unknown',
  );
  assert.equal(
    verdict(
      read([
        [50_000, 'a'],
        [LOSS_MS + QUIET_MS, 'a'],
      ]),
    ),
    'quiet',
  );
});

void test('one report is life only until the next is due', () => {
  const alive: (readonly [number, string])[] = [
    [100_000, 'a'],
    [105_000, 'b'],
  ];
  assert.equal(verdict(read([...alive, [105_000 + QUIET_MS - 1, 'b']])), 'alive');
  assert.equal(verdict(read([...alive, [105_000 + QUIET_MS, 'b']])), 'quiet');
  assert.equal(verdict(read(alive), QUIET_MS), 'alive', 'nova is still being asked whether it came');
  const failing = Object.assign(read(alive), { failure: 'no answer' });
  assert.equal(verdict(failing, QUIET_MS - 1), 'alive');
  assert.equal(verdict(failing, QUIET_MS), 'unknown', 'nova cannot be asked whether it came');
});

void test('what happened while nova was not asked for long is no report, and what was seen then no life any more', () => {
  const gap = 46_000;
  assert.equal(
    verdict(
      read([
        [100_000, 'a'],
        [100_000 + gap, 'b'],
      ]),
    ),
    'unknown',
  );
  const alive = read([
    [100_000, 'a'],
    [105_000, 'b'],
  ]);
  assert.equal(verdict(alive, gap - 2_000), 'alive');
  assert.equal(verdict(alive, gap), 'unknown');
});

void test('a slow read may have shown its report at any moment before it was answered', () => {
  const witness = read([[100_000, 'a']]);
  const show = (begunMs: number, toldMs: number): string => {
    noteServices(witness, [service('h2', { updatedAt: 'b' })], begunMs, toldMs);
    return verdict(witness);
  };
  const toldMs = 101_000 + 9_000;
  show(101_000, toldMs);
  assert.equal(show(toldMs - 1_000 + QUIET_MS - 1, toldMs + QUIET_MS), 'alive');
  assert.equal(show(toldMs - 1_000 + QUIET_MS, toldMs + QUIET_MS + 1), 'quiet');
});

void test('what Vigil itself changed is no report, nor is a read begun before that was answered', () => {
  const witness = read([[100_000, 'a']]);
  noteTouched(witness, 'h2', 105_000);
  read([[104_000, 'a']], witness);
  read([[106_000, 'own']], witness);
  assert.equal(verdict(witness), 'unknown');
  read([[111_000, 'c']], witness);
  assert.equal(verdict(witness), 'alive');
});

void test('an answer overtaken by that of a later read changes nothing', () => {
  const witness = read([
    [100_000, 'a'],
    [104_000, 'a'],
  ]);
  noteServices(witness, [service('h2', { updatedAt: 'old', state: 'down' })], 102_000);
  read([[106_000, 'a']], witness);
  assert.equal(verdict(witness), 'unknown');
  assert.equal(witness.services[0]?.state, 'up');
});

void test('a service that is gone is forgotten; nova’s up and down are nothing', () => {
  const witness = read([
    [100_000, 'a'],
    [105_000, 'b'],
  ]);
  noteServices(witness, [], 106_000);
  assert.equal(verdict(witness), 'unknown');
  const up = createNovaWitness();
  noteServices(up, [service('h2', { state: 'up' })], 100_000);
  noteServices(up, [service('h2', { state: 'down' })], 105_000);
  assert.equal(verdict(up), 'unknown');
});

void test('reported since a moment only by a change between two reads begun after it', () => {
  const witness = read([
    [100_000, 'a'],
    [105_000, 'b'],
  ]);
  assert.equal(reportedSince(witness, 'h2', 100_000), true);
  assert.equal(reportedSince(witness, 'h2', 100_001), false);
  assert.equal(reportedSince(witness, 'h3', 0), false);
});
