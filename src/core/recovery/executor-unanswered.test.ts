/** An order whose request nova has not answered: its intent stays as long as anything may come of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { row, TIMING } from '../../../test/world/fixtures.ts';
import { asFound, execute, intents, posts, slave } from '../../../test/world/slave.ts';
import { KERNEL_SENDS_MS } from './still-sent.ts';

for (const evacuate of [null, 'server-error', 'no-answer'] as const) {
  void test(`${evacuate ?? 'silence'}: may still happen; only looked up, for Q, then let go`, () => {
    const pump = slave(asFound({ evacuate }));
    assert.equal(execute(pump).outcome, 'unknown');
    const unsureMs = pump.core.now;
    // Where nova has not answered, it may have been handed to the kernel just now.
    const sentMs = unsureMs + (evacuate === 'server-error' ? 0 : KERNEL_SENDS_MS);
    pump.pass(sentMs + TIMING.openRequestMs - unsureMs);
    assert.equal(intents(pump).length, 1, 'counted from when it was surely no longer being sent');
    pump.pass(10_000, () => intents(pump).length === 0);
    assert.equal(intents(pump).length, 0);
    assert.equal(posts(pump), 1);
  });
}

void test('an agent that stood still before it could send waits for Q from then on', () => {
  const pump = slave(asFound());
  const { script } = pump;
  const STOPPED_MS = TIMING.openRequestMs - 5_000;
  let askedMs = 0;
  pump.script = (effect, core) => {
    if (effect.do !== 'cloud' || effect.call.call !== 'evacuate') return script(effect, core);
    askedMs = core.now;
    core.now += STOPPED_MS;
    return null;
  };
  assert.equal(execute(pump, {}, 2 * STOPPED_MS).outcome, 'unknown');
  assert.ok(pump.core.now - askedMs >= STOPPED_MS);
  pump.pass(KERNEL_SENDS_MS + TIMING.openRequestMs);
  assert.equal(intents(pump).length, 1);
});

void test('unanswered: its own row ends the wait, a row from before it does not', () => {
  const old = row(7, 'vm', { status: 'failed', target: 'h2' });
  const found = asFound({ evacuate: 'no-answer', rows: [old] });
  const pump = slave(found);
  assert.equal(execute(pump).outcome, 'unknown');
  pump.pass(30_000);
  assert.equal(intents(pump).length, 1, 'row 7 is of an earlier try');
  found.rows = [row(8, 'vm', { target: 'h3' }), old];
  pump.pass(10_000);
  assert.equal(intents(pump).length, 1, 'row 8 is another host’s');
  found.rows = [row(9, 'vm', { target: 'h2' }), ...found.rows];
  pump.pass(5_000);
  assert.equal(intents(pump).length, 0);
});

void test('a look-up that finds no such thing does not end the wait for an unanswered request', () => {
  const pump = slave(asFound({ evacuate: null }));
  const { script } = pump;
  const notFound = { code: 'not-found', service: 'nova', status: 404, requestId: null, detail: '' } as const;
  let sent = false;
  pump.script = (effect, core) => {
    sent ||= effect.do === 'cloud' && effect.call.call === 'evacuate';
    if (!sent || effect.do !== 'cloud' || effect.call.call !== 'list-migrations') return script(effect, core);
    const answer = { call: 'list-migrations', ok: false, failure: notFound } as const;
    return { result: { of: 'cloud', answer } };
  };
  assert.equal(execute(pump).outcome, 'unknown');
  pump.pass(2 * TIMING.openRequestMs);
  assert.equal(intents(pump).length, 1);
  pump.pass(TIMING.openRequestMs);
  assert.equal(intents(pump).length, 0);
});
