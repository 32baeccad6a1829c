import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  BEAT_MS_MAX,
  BEAT_MS_MIN,
  checkTiming,
  deriveTiming,
  NOVA_REPORT_MS_MIN,
  OPEN_REQUEST_MS_MIN,
  type Timing,
} from './timing.ts';

const sound = deriveTiming(1_000, 10_000, 120_000);

void test('the figures of the design, for a beat of one second', () => {
  const { networkLostMs, volumeLostMs, leaseMs, holdMs, settleMs, followMs, claimMsMax, seatWriteMs } = sound;
  assert.deepEqual(
    { networkLostMs, volumeLostMs, leaseMs, holdMs, settleMs, followMs, claimMsMax, seatWriteMs },
    {
      networkLostMs: 4_000,
      volumeLostMs: 8_000,
      leaseMs: 8_000,
      holdMs: 6_000,
      settleMs: 2_000,
      followMs: 1_500,
      claimMsMax: 3_500,
      seatWriteMs: 1_000,
    },
  );
  assert.deepEqual(checkTiming(sound), []);
});

void test('whatever the beat, report interval and open request within their limits, the derived values are sound', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: BEAT_MS_MIN, max: BEAT_MS_MAX }),
      fc.integer({ min: NOVA_REPORT_MS_MIN, max: 600_000 }),
      fc.integer({ min: OPEN_REQUEST_MS_MIN, max: 3_600_000 }),
      (beatMs, reportMs, openMs) => {
        assert.deepEqual(checkTiming(deriveTiming(beatMs, reportMs, openMs)), []);
      },
    ),
  );
});

const broken: readonly (readonly [string, Partial<Timing>, RegExp])[] = [
  ['beat too short', deriveTiming(199, 10_000, 120_000), /below 200 ms/],
  ['beat too long', deriveTiming(5_001, 10_000, 120_000), /above 5000 ms/],
  ['network lost', { networkLostMs: 2_999 }, /network lost/],
  ['witnesses too late', { suspectMs: 4_000 }, /witnesses/],
  ['volume lost', { volumeLostMs: 7_999 }, /volume lost/],
  ['read stale', { readFreshMs: 999 }, /read must stay valid/],
  ['holder too long', { holdMs: 6_001 }, /stop acting/],
  ['claim too long', { claimMsMax: 8_000, settleMs: 4_001 }, /claim must be over/],
  ['claim settles too little', { claimMsMax: 4_000 }, /more than half/],
  ['reads too far apart', { followMs: 1_501 }, /between two reads/],
  ['reads too close', { followMs: 1_000 }, /one a beat/],
  ['claim too short', { claimMsMax: 3_000 }, /fit into a claim/],
  ['stall too long', { stallMs: 4_000 }, /own stall/],
  ['request too short', { openRequestMs: 59_999 }, /unanswered request/],
  ['report interval', { novaReportMs: 999 }, /report interval/],
];

for (const [name, change, words] of broken) {
  void test(`refused by name: ${name}`, () => {
    const found = checkTiming({ ...sound, ...change });
    assert.equal(found.length, 1, found.join('; '));
    assert.match(found[0] ?? '', words);
  });
}
