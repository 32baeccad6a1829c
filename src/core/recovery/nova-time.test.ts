import assert from 'node:assert/strict';
import { test } from 'node:test';
import { novaTimeMs } from './nova-time.ts';

const DAY_MS = 86_400_000;

void test('time stamps of nova are read as what they are', () => {
  assert.equal(novaTimeMs('1970-01-01T00:00:00.000000'), 0);
  assert.equal(novaTimeMs('1970-03-01T00:00:01.000000'), 59 * DAY_MS + 1_000);
  assert.equal(novaTimeMs('2000-03-01T00:00:00.000000'), 951_868_800_000);
  assert.equal(novaTimeMs('2024-02-29 23:59:59'), 1_709_251_199_000);
  assert.equal(novaTimeMs('2026-11-30T21:04:05.123456'), 1_796_072_645_000);
});

void test('a day follows upon another, also in a leap year', () => {
  const at = (text: string): number => novaTimeMs(`${text}T00:00:00.000000`) ?? assert.fail();
  for (const [one, next] of [
    ['2023-02-28', '2023-03-01'],
    ['2024-02-28', '2024-02-29'],
    ['2024-02-29', '2024-03-01'],
    ['2024-12-31', '2025-01-01'],
    ['2100-02-28', '2100-03-01'],
  ] as const)
    assert.equal(at(next) - at(one), DAY_MS, one);
});

void test('what is no time stamp is none', () => {
  for (const text of [null, '', 'yesterday', '17', '2026-11-30']) assert.equal(novaTimeMs(text), null);
});
