import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  incidentRecord,
  order,
  row,
  seat,
  server,
  slot,
  slotBody,
  TIMING,
} from '../../../test/world/fixtures.ts';
import { asFound, execute, type Found, intents, posts, slave } from '../../../test/world/slave.ts';
import type { Core } from '../state.ts';
import type { Intent } from '../wire/records.ts';
import { inheritIntents } from './executor.ts';
import { KERNEL_SENDS_MS } from './still-sent.ts';
import { MAX_ORDERS_AT_ONCE, type RefusalCode, type RestartOrder } from './orders.ts';

const intent: Intent = { incident: 'h9-1-1', vm: 'vm', attempt: 1, term: 1, phase: 'posted' };

const refusals: readonly (readonly [RefusalCode, string, Partial<Found>, Partial<RestartOrder>])[] = [
  ['old-term', 'a newer term in a seat', { seats: [seat('h1', 1, {}, 10), seat('h3', 3, { term: 2 })] }, {}],
  ['old-term', 'the master has released it', { seats: [seat('h1', 1, { phase: 'released' }, 10)] }, {}],
  ['old-term', 'the master’s host has a new term', { seats: [seat('h1', 1, { term: 2 }, 10)] }, {}],
  ['expired', 'more renewals than it was valid for', { seats: [seat('h1', 1, {}, 16)] }, {}],
  ['lease-unreadable', 'no lease volume answers', { seats: null }, {}],
  ['lease-unreadable', 'the seat is not there', { seats: [] }, {}],
  ['lease-unreadable', 'the order tells of no seat', {}, { leaseSeen: [] }],
  ['incident-unreadable', 'no cell of the victim', { incident: null }, {}],
  ['incident-not-open', 'another incident', { incident: incidentRecord({ id: 'h9-1-7' }) }, {}],
  [
    'incident-not-open',
    'its host has shown life',
    { incident: incidentRecord({ hold: 'life-after-failed' }) },
    {},
  ],
  ['incident-not-open', 'closed', { incident: incidentRecord({ phase: 'closed' }) }, {}],
  ['incident-not-open', 'its host is taken back', { incident: incidentRecord({ phase: 'returning' }) }, {}],
  ['incident-not-open', 'no proof yet', { incident: incidentRecord({ proof: null }) }, {}],
  ['incident-not-open', 'another master’s', { incident: incidentRecord({ term: 2 }) }, {}],
  ['victim-alive', 'its slot has advanced', { slots: [slot('h9', 9, { counter: 51 })] }, {}],
  ['victim-alive', 'a new beat writes', { slots: [slot('h9', 9, { incarnation: 2, counter: 0 })] }, {}],
  ['victim-unreadable', 'its slot is not there', { slots: [] }, {}],
  ['evacuation-open', 'an open row', { rows: [row(3, 'vm', { status: 'pre-migrating' })] }, {}],
  [
    'live-migration-open',
    'a live migration',
    { rows: [row(3, 'vm', { type: 'live-migration', status: 'running' })] },
    {},
  ],
  ['vm-not-on-victim', 'moved already', { server: server('vm', { host: 'h3' }) }, {}],
  ['nova-unreadable', 'no migrations', { rows: null }, {}],
  ['nova-unreadable', 'no server', { server: null }, {}],
  ['intent-not-written', 'the volume takes no write', { writes: false }, {}],
];

/** Of a volume that the master cannot read. */
const UNTOLD = { lastSeen: [] };

void test('where the master does not tell what it saw last, the slave watches the victim itself', () => {
  const still = slave(asFound());
  const begunMs = still.core.now;
  assert.equal(execute(still, UNTOLD).outcome, 'accepted');
  assert.ok(still.core.now - begunMs >= 2.5 * TIMING.beatMs, 'for longer than a beat');
  const alive = slave(asFound());
  const found = alive.script;
  let counter = 50;
  alive.script = (effect, core) => {
    if (effect.do === 'read-volume' && effect.what.includes('slots')) counter += 1;
    const answered = found(effect, core);
    if (answered?.result.of !== 'read-volume' || !answered.result.ok) return answered;
    return { ...answered, result: { ...answered.result, slots: [slot('h9', 9, { counter })] } };
  };
  const outcome = execute(alive, UNTOLD);
  assert.ok(outcome.outcome === 'refused' && outcome.code === 'victim-alive', JSON.stringify(outcome));
  assert.equal(posts(alive), 0);
});

for (const [code, why, more, changed] of refusals) {
  void test(`refused: ${code}, ${why}; nothing is sent and no intent stays`, () => {
    const pump = slave(asFound(more));
    const outcome = execute(pump, changed);
    assert.ok(outcome.outcome === 'refused', JSON.stringify(outcome));
    assert.equal(outcome.code, code);
    assert.equal(posts(pump), 0);
    pump.pass(5_000);
    assert.deepEqual(intents(pump), []);
    assert.equal(pump.did('forget-token').length, 1);
  });
}

const atOnce: readonly (readonly [RefusalCode, string, (core: Core) => void])[] = [
  ['old-term', 'a higher term was seen', (core) => (core.termSeen = 2)],
  ['stopping', 'the agent stops', (core) => (core.leaving = { why: 'agent-restart', expiresMs: 60_000 })],
  [
    'not-online',
    'in maintenance',
    (core) => (core.maintenance = { sequence: 1, declared: { by: 'ann', why: null, recover: true } }),
  ],
  ['not-online', 'the master is not heard', (core) => (core.link.echoMs = null)],
  ['busy', 'the VM has an intent', (core) => core.executor.intents.set('vm', intent)],
  ['busy', 'begun before', (core) => core.executor.begun.add(order().id)],
  [
    'busy',
    'too many at once',
    (core) => {
      for (let n = 0; n < MAX_ORDERS_AT_ONCE; n += 1) core.executor.intents.set(`other${n}`, intent);
    },
  ],
];

for (const [code, why, prepare] of atOnce) {
  void test(`refused at once: ${code}, ${why}`, () => {
    const pump = slave(asFound());
    prepare(pump.core);
    const outcome = execute(pump);
    assert.ok(outcome.outcome === 'refused');
    assert.equal(outcome.code, code);
    assert.equal(pump.did('cloud').length + pump.did('write-body').length, 0);
  });
}

void test('refused at once: it was given to the agent that ran here before, which alone is named', () => {
  const pump = slave(asFound());
  const outcome = execute(pump, { agent: 'h1-agent' });
  assert.ok(outcome.outcome === 'refused' && outcome.code === 'expired', JSON.stringify(outcome));
  assert.equal(pump.did('cloud').length + pump.did('write-body').length, 0);
});

void test('refused at once: a former life of this host may have left an intent where it has not read yet', () => {
  const pump = slave(asFound());
  for (const volume of pump.core.leaseVolumes) volume.connected = false;
  const outcome = execute(pump);
  assert.ok(outcome.outcome === 'refused' && outcome.code === 'intent-not-written');
  assert.match(outcome.detail, /has not told yet what stands there/);
});

void test('refused at once: a control host has no nova-compute', () => {
  const outcome = execute(slave(asFound(), { role: 'control' }));
  assert.ok(outcome.outcome === 'refused' && outcome.code === 'not-online');
});

void test('the intent is written first, then nova is read, then victim and lease, then it is sent', () => {
  const pump = slave(asFound());
  assert.equal(execute(pump).outcome, 'accepted');
  const order = pump.effects.flatMap((effect) => {
    if (effect.do === 'write-body') return [`write ${effect.body.intents.map(({ phase }) => phase).join()}`];
    if (effect.do === 'read-volume') return [`read ${effect.what.join()}`];
    return effect.do === 'cloud' ? [effect.call.call] : [];
  });
  assert.deepEqual(order.slice(0, 7), [
    'write intended',
    'list-migrations',
    'get-server',
    'read slots',
    'read seats,cells',
    'write posted',
    'evacuate',
  ]);
});

void test('an order is executed once, whatever comes of it', () => {
  const pump = slave(asFound({ rows: [row(1, 'vm', { status: 'failed' })] }));
  execute(pump);
  pump.pass(10_000);
  const again = execute(pump);
  assert.ok(again.outcome === 'refused' && again.code === 'busy');
  assert.equal(posts(pump), 1);
});

void test('dead rows of the order do not count as open', () => {
  const rows = [row(3, 'vm', { status: 'pre-migrating', target: 'h3' })];
  assert.equal(execute(slave(asFound({ rows })), { deadRows: [3] }).outcome, 'accepted');
});

/** h7 was to build it, and is taken for dead. */
const other = incidentRecord({ id: 'h7-1-1', victim: 'h7' });
const silent = slot('h7', 7, { counter: 70 });
const lastSeen = [{ volumeUuid: 'uuid-a', incarnation: 1, counter: 70 }];

for (const [code, why, more] of [
  [null, 'it is silent', {}],
  ['victim-alive', 'it writes', { slots: [slot('h9', 9, { counter: 50 }), slot('h7', 7, { counter: 71 })] }],
  ['incident-unreadable', 'its incident is nowhere', { others: [] }],
  ['incident-not-open', 'it has shown life', { others: [{ ...other, hold: 'life-signs' }] }],
  ['incident-not-open', 'it is back', { others: [{ ...other, phase: 'returning' }] }],
] as const)
  void test(`another host that must be dead: ${why}`, () => {
    const slots = [slot('h9', 9, { counter: 50 }), silent];
    const pump = slave(asFound({ slots, others: [other], ...more }));
    const outcome = execute(pump, {
      mustBeSilent: [{ host: 'h7', incident: other.id, lastSeen, isConfirmed: false }],
    });
    if (code === null) assert.equal(outcome.outcome, 'accepted');
    else assert.ok(outcome.outcome === 'refused' && outcome.code === code, JSON.stringify(outcome));
    assert.equal(posts(pump), code === null ? 1 : 0);
  });

void test('accepted: the intent stays until nova shows the row', () => {
  const found = asFound();
  const pump = slave(found);
  assert.equal(execute(pump).outcome, 'accepted');
  pump.pass(10_000);
  assert.deepEqual(
    intents(pump).map(({ phase }) => phase),
    ['posted'],
  );
  assert.equal(pump.did('forget-token').length, 0, 'it is still needed to look for the row');
  found.rows = [row(1, 'vm', { target: 'h2' })];
  pump.pass(3_000);
  assert.deepEqual(intents(pump), []);
  assert.equal(pump.did('forget-token').length, 1);
});

void test('a 4xx answer ends it at once', () => {
  const pump = slave(asFound({ evacuate: 'conflict' }));
  assert.equal(execute(pump).outcome, 'rejected');
  pump.pass(5_000);
  assert.deepEqual(intents(pump), []);
});

void test('intents of a former life stay for Q if they may have been sent, and are dropped if not', () => {
  const pump = slave(asFound());
  const intended: Intent = { ...intent, vm: 'other', phase: 'intended' };
  inheritIntents(pump.core, slotBody('h2', { agent: 'former', intents: [intent, intended] }));
  assert.deepEqual(
    intents(pump).map(({ vm }) => vm),
    ['vm'],
  );
  const busy = execute(pump);
  assert.ok(busy.outcome === 'refused' && busy.code === 'busy');
  pump.pass(KERNEL_SENDS_MS + TIMING.openRequestMs - 1_000);
  assert.equal(intents(pump).length, 1);
  pump.pass(2_000);
  assert.equal(intents(pump).length, 0);
});

void test('intents of this very life are not taken up from its own slot', () => {
  const pump = slave(asFound());
  inheritIntents(pump.core, slotBody('h2', { agent: 'h2-agent', intents: [intent] }));
  assert.deepEqual(intents(pump), []);
});

void test('whatever the seat says of the master, an order runs only under the very renewals it was given for', () => {
  for (let counter = 5; counter < 25; counter += 1) {
    const outcome = execute(slave(asFound({ seats: [seat('h1', 1, {}, counter)] })));
    assert.equal(outcome.outcome === 'accepted', counter <= 15, String(counter));
  }
});
