import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentRecord, row, server, TIMING } from '../../../test/world/fixtures.ts';
import {
  intent,
  openNow,
  openOrder,
  plan,
  renewedUpTo,
  type Setting,
  setUp,
  shown,
} from '../../../test/world/planning.ts';
import { evidenceOf } from '../evidence/note.ts';
import { createIncident } from './incident.ts';
import type { Migration } from './cloud.ts';
import type { OrderOutcome } from './orders.ts';
import { toRecord } from './under-way.ts';

for (const status of ['accepted', 'queued', 'preparing', 'pre-migrating', 'running', 'post-migrating']) {
  void test(`exactly once: an open row (${status}) blocks its VM`, () => {
    const at = setUp();
    assert.deepEqual(plan(at, { rows: [row(11, 'vm', { status })] }), []);
    assert.match(shown(at), /^evacuating/);
  });
}

void test('a row that has been open since before the failure is somebody else’s: held', () => {
  const at = setUp();
  const rows = [row(10, 'vm', { target: 'h2', status: 'pre-migrating' })];
  assert.deepEqual(plan(at, { rows }), []);
  assert.match(shown(at), /^held: evacuation 10 has been open since before/);
  at.core.now += TIMING.standingRowMs + 1;
  assert.deepEqual(plan(at, { rows }), []);
  assert.match(shown(at), /^held: .*if not, evacuate it by hand/);
});

/** An incident of this host, with proof; a neighbour has just heard its kernel. */
function heardAgain(at: Setting, host: string): void {
  at.master.incidents.set(host, createIncident(incidentRecord({ victim: host }), at.core.now, true));
  const evidence = evidenceOf(at.core, host) ?? assert.fail();
  evidence.probes.set('h5', { answer: 'kernel', begunMs: at.core.now });
}

void test('a target that somebody hears again is not dead, whatever was proven: its row blocks', () => {
  const at = setUp();
  heardAgain(at, 'h3');
  const rows = [row(11, 'vm', { target: 'h3', status: 'pre-migrating' })];
  assert.deepEqual(plan(at, { rows, hosts: ['h2'] }), []);
});

void test('nor does its intent go after Q', () => {
  const at = setUp();
  at.master.intents.note('h4', 'uuid-a', [intent()], at.core.now);
  heardAgain(at, 'h4');
  at.core.now += TIMING.openRequestMs + 1;
  heardAgain(at, 'h4');
  const { declaredMs } = at.master.incidents.get('h4') ?? assert.fail();
  at.master.incidents.set('h4', {
    ...createIncident(incidentRecord({ victim: 'h4' }), declaredMs - TIMING.openRequestMs - 1, true),
  });
  assert.deepEqual(plan(at), []);
});

void test('a row that stands still for ten minutes is held and says what to look at; when it moves it goes on', () => {
  const at = setUp();
  const looks: readonly (readonly [Partial<Migration>, RegExp])[] = [
    [{ target: null }, /^held: .*nova-conductor/],
    [{ target: 'h2', status: 'pre-migrating' }, /^held: .*nova-compute of h2/],
  ];
  for (const [more, words] of looks) {
    const rows = [row(11, 'vm', more)];
    assert.deepEqual(plan(at, { rows }), []);
    at.core.now += TIMING.standingRowMs;
    assert.deepEqual(plan(at, { rows }), []);
    assert.match(shown(at), /^evacuating/);
    at.core.now += 1;
    assert.deepEqual(plan(at, { rows }), []);
    assert.match(shown(at), words);
  }
  plan(at, { rows: [row(11, 'vm', { target: 'h2', status: 'done' })] });
  assert.match(shown(at), /^evacuating/);
});

void test('a row whose target booted while masters changed is dead by the boot in the record', () => {
  const at = setUp();
  const target = evidenceOf(at.core, 'h3') ?? assert.fail();
  Object.assign(target, { boot: 'first-boot', bootLifeMs: at.core.now });
  const rows = [row(11, 'vm', { target: 'h3', status: 'pre-migrating' })];
  assert.deepEqual(plan(at, { rows, hosts: ['h2'] }), []);
  const underWay = toRecord(at.incident.underWay, at.incident.record);
  assert.deepEqual(underWay, [{ boot: 'first-boot', rows: [11] }]);
  const record = { ...at.incident.record, underWay };
  assert.equal(toRecord(at.incident.underWay, record), null, 'it is told once');
  const successor = { ...at, incident: createIncident(record, at.core.now, true, true) };
  assert.deepEqual(plan(successor, { rows, hosts: ['h2'] }), [], 'its build goes on');
  target.boot = 'next-boot';
  const another = { ...at, incident: createIncident(record, at.core.now, true, true) };
  assert.deepEqual(plan(another, { rows, hosts: ['h2'] }), ['vm>h2']);
});

void test('a row whose target has proof of death blocks no longer, but again if the target lived after all', () => {
  const at = setUp();
  const rows = [row(11, 'vm', { target: 'h3', status: 'pre-migrating' })];
  const dead = createIncident(
    incidentRecord({ victim: 'h3', phase: 'proving', proof: null }),
    at.core.now,
    false,
  );
  at.master.incidents.set('h3', dead);
  assert.deepEqual(plan(at, { rows, hosts: ['h2'] }), []);
  dead.record = { ...dead.record, proof: 'silence' };
  assert.deepEqual(plan(at, { rows, hosts: ['h2'] }), ['vm>h2']);
  assert.deepEqual(at.incident.vms.get('vm')?.deadRows, [11]);
  at.master.incidents.delete('h3');
  const target = evidenceOf(at.core, 'h3') ?? assert.fail();
  target.boot = dead.record.victimBoot;
  assert.deepEqual(plan(at, { rows, hosts: ['h2'] }), [], 'its build goes on');
  assert.deepEqual(at.incident.vms.get('vm')?.deadRows, []);
  target.boot = 'booted-since';
  assert.deepEqual(plan(at, { rows, hosts: ['h2'] }), ['vm>h2']);
});

void test('a row whose target has booted since blocks no longer', () => {
  const at = setUp();
  const rows = [row(11, 'vm', { target: 'h3', status: 'pre-migrating' })];
  const target = evidenceOf(at.core, 'h3') ?? assert.fail();
  Object.assign(target, { boot: 'boot-1', bootLifeMs: at.core.now });
  assert.deepEqual(plan(at, { rows, hosts: ['h2'] }), []);
  assert.deepEqual(plan(at, { rows, hosts: ['h2'] }), []);
  target.boot = 'boot-2';
  assert.deepEqual(plan(at, { rows, hosts: ['h2'] }), ['vm>h2']);
});

void test('a row that no nova-compute has claimed blocks, whatever its target does: its message waits there', () => {
  for (const status of ['accepted', 'queued', 'preparing']) {
    const at = setUp();
    const rows = [row(11, 'vm', { target: 'h3', status })];
    const target = evidenceOf(at.core, 'h3') ?? assert.fail();
    Object.assign(target, { boot: 'boot-1', bootLifeMs: at.core.now });
    plan(at, { rows });
    at.master.incidents.set(
      'h3',
      createIncident(incidentRecord({ victim: 'h3', victimBoot: 'boot-1' }), at.core.now, true),
    );
    assert.deepEqual(plan(at, { rows, hosts: ['h2'] }), [], status);
    assert.match(shown(at), /^held: evacuation 11 waits for nova-compute of h3, which is dead/);
    at.master.incidents.delete('h3');
    Object.assign(target, { boot: 'boot-2', bootLifeMs: at.core.now });
    assert.deepEqual(plan(at, { rows, hosts: ['h2'] }), [], status);
    at.core.now += TIMING.standingRowMs + 1;
    plan(at, { rows });
    assert.match(shown(at), /^held: .*nova-compute of h3/);
  }
});

void test('a row is claimed in no boot that was last heard of before: the next one may have claimed it', () => {
  const at = setUp();
  const target = evidenceOf(at.core, 'h3') ?? assert.fail();
  Object.assign(target, { boot: 'boot-1', bootLifeMs: at.core.now });
  plan(at, { rows: [row(11, 'vm', { target: 'h3' })] });
  at.core.now += TIMING.networkLostMs + 1;
  const rows = [row(11, 'vm', { target: 'h3', status: 'pre-migrating' })];
  plan(at, { rows });
  Object.assign(target, { boot: 'boot-2', bootLifeMs: at.core.now });
  assert.deepEqual(plan(at, { rows, hosts: ['h2'] }), []);
  target.boot = 'boot-3';
  assert.deepEqual(plan(at, { rows, hosts: ['h2'] }), ['vm>h2']);
});

void test('a row that failed goes to another host after a delay that grows', () => {
  const at = setUp();
  const failed = (id: number) => ({ rows: [row(id, 'vm', { status: 'failed', target: 'h2' })] });
  assert.deepEqual(plan(at, failed(11)), []);
  assert.match(shown(at), /^waiting: evacuation 11 ended failed on h2/);
  at.core.now += 2_000;
  assert.deepEqual(plan(at, failed(11)), ['vm>h3']);
  const work = at.incident.vms.get('vm') ?? assert.fail();
  work.attempt = 5;
  plan(at, failed(12));
  assert.equal(work.notBeforeMs - at.core.now, 32_000);
  work.attempt = 30;
  plan(at, failed(13));
  assert.equal(work.notBeforeMs - at.core.now, 300_000);
});

void test('a row that ended though its VM did not move blocks while nova calls the VM rebuilding', () => {
  for (const id of [11, 10]) {
    const at = setUp();
    const rows = [row(id, 'vm', { target: 'h3', status: 'completed' })];
    const servers = [server('vm', { taskState: 'rebuilding' })];
    plan(at, { rows, servers });
    const work = at.incident.vms.get('vm') ?? assert.fail();
    if (id === 11) assert.match(shown(at), /^evacuating: nova has rebuilt it/);
    work.unmovedRow = id;
    assert.deepEqual(plan(at, { rows, servers }), []);
    assert.match(shown(at), /^held: nova calls evacuation \d+ completed, but still places it on h9/);
    assert.equal(plan(at, { rows }).length, 1, 'somebody has reset its state');
  }
});

void test('a live migration under way is left to a person', () => {
  const at = setUp();
  const rows = [row(5, 'vm', { type: 'live-migration', status: 'running', target: 'h3' })];
  assert.deepEqual(plan(at, { rows }), []);
  assert.match(shown(at), /^held: a live migration to h3/);
});

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
  at.master.intents.note('h2', 'uuid-a', [], at.core.now + 1);
  renewedUpTo(at.core, 15);
  assert.deepEqual(plan(at), [], 'still valid after five renewals');
  renewedUpTo(at.core, 16);
  at.core.now += 1_000;
  assert.deepEqual(plan(at), [], 'expired, but the slot was read before that');
  at.master.intents.note('h2', 'uuid-a', [intent()], at.core.now + 1);
  assert.deepEqual(plan(at), [], 'its intent is open');
  at.master.intents.note('h2', 'uuid-a', [], at.core.now + 2);
  assert.equal(plan(at).length, 1);
});

void test('what came to an end after the rows were read may have left a row that they lack: it blocks', () => {
  const ended: readonly (readonly [string, (at: Setting) => void, (at: Setting) => void])[] = [
    [
      'a lost order that expired',
      (at) => {
        openOrder(at, 'lost');
        at.master.intents.note('h2', 'uuid-a', [intent()], at.core.now + 1);
        renewedUpTo(at.core, 16);
        plan(at);
      },
      (at) => {
        at.core.now += 10;
        at.master.intents.note('h2', 'uuid-a', [], at.core.now);
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
      (at) => at.master.intents.note('h4', 'uuid-a', [intent()], at.core.now),
      (at) => at.master.intents.note('h4', 'uuid-a', [], at.core.now + 1),
    ],
    [
      'an own intent',
      (at) => at.core.executor.intents.set('vm', intent()),
      (at) => at.core.executor.intents.clear(),
    ],
    [
      'the intent of a dead host, when Q passes',
      (at) => {
        at.master.intents.note('h4', 'uuid-a', [intent()], at.core.now);
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
  assert.match(shown(at), /^not-recovered/);
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
  at.master.intents.note('h4', 'uuid-a', [intent({ incident: 'of-a-former-master' })], at.core.now);
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
  at.master.intents.note('h4', 'uuid-a', [intent()], at.core.now);
  at.master.intents.note('h5', 'uuid-a', [intent()], at.core.now);
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
