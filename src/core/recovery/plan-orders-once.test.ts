import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentRecord, row, TIMING } from '../../../test/world/fixtures.ts';
import {
  intent,
  readSlot,
  openNow,
  openOrder,
  plan,
  renewedUpTo,
  type Setting,
  setUp,
  shown,
} from '../../../test/world/planning.ts';
import { createIncident } from './incident.ts';
import type { OrderOutcome } from './orders.ts';

void test('exactly once: an open order blocks until its outcome is sure', () => {
  for (const outcome of [null, 'lost', { outcome: 'unknown', detail: '' }] as const) {
    const at = setUp();
    openOrder(at, outcome);
    assert.deepEqual(plan(at), [], JSON.stringify(outcome));
    assert.match(shown(at), /^ordered/);
  }
  const over: readonly OrderOutcome[] = [
    { outcome: 'refused', code: 'busy', detail: '' },
    {
      outcome: 'rejected',
      failure: { code: 'conflict', service: 'nova', status: 409, requestId: null, detail: '' },
    },
  ];
  for (const outcome of over) {
    const at = setUp();
    openOrder(at, outcome);
    assert.equal(plan(at).length, 1, outcome.outcome);
  }
});

void test('a lost order is over once it has expired by the seat and its target’s slot was read clear since', () => {
  const at = setUp();
  openOrder(at, 'lost');
  readSlot(at, 'h2', [], at.core.now + 1);
  renewedUpTo(at.core, 15);
  assert.deepEqual(plan(at), [], 'still valid after five renewals');
  renewedUpTo(at.core, 16);
  at.core.now += 1_000;
  assert.deepEqual(plan(at), [], 'expired, but the slot was read before that');
  readSlot(at, 'h2', [intent()], at.core.now + 1);
  assert.deepEqual(plan(at), [], 'its intent is open');
  readSlot(at, 'h2', [], at.core.now + 2);
  assert.equal(plan(at).length, 1);
});

void test('what came to an end after the rows were read may have left a row that they lack: it blocks', () => {
  const ended: readonly (readonly [string, (at: Setting) => void, (at: Setting) => void])[] = [
    [
      'a lost order that expired',
      (at) => {
        openOrder(at, 'lost');
        readSlot(at, 'h2', [intent()], at.core.now + 1);
        renewedUpTo(at.core, 16);
        plan(at);
      },
      (at) => {
        at.core.now += 10;
        readSlot(at, 'h2', [], at.core.now);
      },
    ],
    [
      'an order that nova refused',
      (at) => openOrder(at, null),
      (at) => {
        const { order } = at.incident.vms.get('vm') ?? assert.fail();
        Object.assign(order ?? assert.fail(), {
          outcome: { outcome: 'refused', code: 'evacuation-open', detail: '' },
        });
      },
    ],
    [
      'an intent that was cleared',
      (at) => readSlot(at, 'h4', [intent()], at.core.now),
      (at) => readSlot(at, 'h4', [], at.core.now + 1),
    ],
    [
      'an own intent',
      (at) => at.core.executor.intents.set('vm', intent()),
      (at) => at.core.executor.intents.clear(),
    ],
    [
      'the intent of a dead host, when Q passes',
      (at) => {
        readSlot(at, 'h4', [intent()], at.core.now);
        at.master.incidents.set('h4', createIncident(incidentRecord({ victim: 'h4' }), at.core.now, false));
        at.core.now += TIMING.openRequestMs;
      },
      (at) => (at.core.now += 1),
    ],
  ];
  for (const [what, open, end] of ended) {
    const at = setUp();
    open(at);
    const openBefore = openNow(at);
    end(at);
    assert.deepEqual(plan(at, { openBefore }), [], what);
    assert.match(shown(at), /^ordered/, what);
    const rows = [row(11, 'vm', { status: 'failed', target: 'h3' })];
    assert.deepEqual(plan(at, { rows }), [], `${what}: a row that has come of it counts as its own`);
    assert.match(shown(at), /^waiting: evacuation 11 ended failed/, what);
    at.core.now += 2_000;
    assert.equal(plan(at, { rows }).length, 1, what);
  }
});

void test('an order on its way is not forgotten because nova does not list its VM, or an older row fails', () => {
  const at = setUp();
  const order = openOrder(at, null);
  const work = at.incident.vms.get('vm') ?? assert.fail();
  plan(at, { servers: [] });
  assert.equal(work.order, order);
  assert.deepEqual(plan(at), []);
  plan(at, { rows: [row(order.newestRow, 'vm', { status: 'failed' })] });
  assert.equal(work.order, order);
  plan(at, { servers: [], rows: [row(order.newestRow + 1, 'vm', { status: 'done' })] });
  assert.equal(work.order, null, 'that is its own row');
});

void test('an order whose VM nova does not list is forgotten when it is over', () => {
  const at = setUp();
  openOrder(at, { outcome: 'refused', code: 'vm-not-on-victim', detail: '' });
  plan(at, { servers: [] });
  assert.equal(at.incident.vms.get('vm')?.order, null);
  assert.match(shown(at), /^evacuating: nova no longer lists it/);
});

void test('an order to this very host is over when its own intent is gone', () => {
  const at = setUp();
  openOrder(at, 'lost', 'h1');
  renewedUpTo(at.core, 99);
  at.core.executor.intents.set('vm', intent());
  assert.deepEqual(plan(at), []);
  at.core.executor.intents.clear();
  assert.equal(plan(at).length, 1);
});

void test('exactly once: an intent blocks, until its host has proof of death and Q has passed', () => {
  const at = setUp();
  readSlot(at, 'h4', [intent({ incident: 'of-a-former-master' })], at.core.now);
  assert.deepEqual(plan(at), []);
  assert.match(shown(at), /h4 has written/);
  const dead = createIncident(incidentRecord({ victim: 'h4', proof: null }), at.core.now, false);
  at.master.incidents.set('h4', dead);
  at.core.now += TIMING.openRequestMs;
  assert.deepEqual(plan(at), [], 'no proof');
  dead.record = { ...dead.record, proof: 'silence' };
  assert.deepEqual(plan(at), [], 'Q has not passed');
  at.core.now += 1;
  assert.equal(plan(at).length, 1);
});

void test('a living host’s intent blocks beside a dead one’s', () => {
  const at = setUp();
  readSlot(at, 'h4', [intent()], at.core.now);
  readSlot(at, 'h5', [intent()], at.core.now);
  at.master.incidents.set('h4', createIncident(incidentRecord({ victim: 'h4' }), at.core.now, false));
  at.core.now += TIMING.openRequestMs + 1;
  assert.deepEqual(plan(at), []);
  assert.match(shown(at), /h5 has written/);
});

void test('an own intent blocks', () => {
  const at = setUp();
  at.core.executor.intents.set('vm', intent());
  assert.deepEqual(plan(at), []);
});
