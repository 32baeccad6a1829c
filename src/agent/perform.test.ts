/** What a beat answers, as the core hears of it. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { describe, it } from 'node:test';
import type { VolumeErrorCode } from '../core/wire/observations.ts';
import type { Untimed } from './loop.ts';
import { type Drivers, performEffect } from './perform.ts';

/** What is fed to the core once the beat of a volume has failed to read so. */
async function fedAfter(code: VolumeErrorCode): Promise<readonly Untimed[]> {
  const read = (): Promise<object> => Promise.resolve({ ok: false, error: { code, detail: 'so it is' } });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else of the drivers is used
  const drivers = { beats: new Map([['a', { read }]]) } as unknown as Drivers;
  const fed: Untimed[] = [];
  performEffect(drivers, (input) => fed.push(input), {
    do: 'read-volume',
    id: 1,
    untilMs: 1_000,
    volume: 'a',
    what: ['seats'],
  });
  await setImmediate();
  return fed;
}

describe('a beat that fails to do what it was asked', () => {
  it('tells the core why', async () => {
    const result = { of: 'read-volume', ok: false, volume: 'a', detail: 'io: so it is' };
    assert.deepEqual(await fedAfter('io'), [{ kind: 'result', id: 1, result }]);
  });

  it('tells nothing where no answer has come by the deadline, for it may still do so', async () => {
    assert.deepEqual(await fedAfter('deadline'), []);
  });
});
