import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seat } from '../../../../test/world/fixtures.ts';
import { connectedCore, Pump, type Script } from '../../../../test/world/pump.ts';
import type { Renewal } from '../port.ts';
import { renewals } from './lease-seats.ts';

const TERM = 3;

/** One renewal, answered after so long. */
function renew(answeredAfterMs: number): { readonly renewal: Renewal | null; readonly begunMs: number } {
  const core = connectedCore();
  const script: Script = (effect) => {
    if (effect.do !== 'write-seat') return null;
    const times = { begunMs: core.now, writtenMs: core.now, endedMs: core.now };
    const result = { of: effect.do, ok: true, ...times, seats: [seat('h1', 1, effect.body)] } as const;
    return { result, afterMs: answeredAfterMs };
  };
  const begunMs = core.now;
  const [task] = renewals(core, TERM);
  const ended = new Pump(core, script).run(task ?? assert.fail(), 10_000);
  assert.ok(ended !== undefined, 'a renewal must end');
  return { renewal: ended, begunMs };
}

void test('a renewal counts from before its write, however long that takes', () => {
  for (const answeredAfterMs of [50, 500, 900]) {
    const { renewal, begunMs } = renew(answeredAfterMs);
    assert.deepEqual(renewal, { store: 'a', begunMs, rival: null });
  }
});

void test('a renewal that is answered after its deadline is none', () => {
  assert.equal(renew(1_100).renewal, null);
});
