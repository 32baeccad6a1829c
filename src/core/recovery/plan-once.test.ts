import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentRecord, row, server, TIMING } from '../../../test/world/fixtures.ts';
import {
  intent,
  lookedFor,
  plan,
  readSlot,
  type Setting,
  setUp,
  shown,
} from '../../../test/world/planning.ts';
import { evidenceOf } from '../evidence/note.ts';
import { createIncident } from './incident.ts';
import type { Migration } from './cloud.ts';
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
  assert.match(shown(at), /^held: .*does not run there, evacuate it by hand/);
});

/** An incident of this host, with proof; a neighbour has just heard its kernel. */
function heardAgain(at: Setting, host: string): void {
  at.master.incidents.set(host, createIncident(incidentRecord({ victim: host }), at.core.now, true));
  const evidence = evidenceOf(at.core, host) ?? assert.fail();
  lookedFor(at.core, host);
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
  readSlot(at, 'h4', [intent()], at.core.now);
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
    lookedFor(at.core, 'h3');
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
  target.formerBoots.set('boot-2', { lifeMs: at.core.now, late: 1 });
  assert.deepEqual(plan(at, { rows, hosts: ['h2'] }), [], 'two boots live: two machines of one name');
  target.formerBoots.clear();
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
