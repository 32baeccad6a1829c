import assert from 'node:assert/strict';
import { test } from 'node:test';
import { novaTimeMs } from '../../src/core/recovery/nova-time.ts';
import { timeStamp } from './time-stamp.ts';

void test('time stamps are read by the core as what they are, over years', () => {
  const beganMs = novaTimeMs(timeStamp(0)) ?? assert.fail();
  for (let ms = 0; ms < 2_000 * 86_400_000; ms += 12_345_000)
    assert.equal(novaTimeMs(timeStamp(ms)), beganMs + ms, timeStamp(ms));
});
