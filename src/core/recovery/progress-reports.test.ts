import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentRecord, row } from '../../../test/world/fixtures.ts';
import { connectedCore } from '../../../test/world/pump.ts';
import { inherit } from '../reports/book.ts';
import type { Core } from '../state.ts';
import { createIncident, createVmWork, type Incident, type VmWork } from './incident.ts';
import { reportEnd, reportProgress } from './progress-reports.ts';

const CAUSE = 'incident/h3';

function incidentOf(core: Core, ...states: readonly VmWork['state'][]): Incident {
  const incident = createIncident(incidentRecord({ victim: 'h3', proof: 'reboot' }), core.now, true);
  for (const [n, state] of states.entries()) {
    const vm = `vm${n + 1}`;
    incident.vms.set(vm, { ...createVmWork(vm, vm), state });
  }
  return incident;
}

function told(core: Core): readonly string[] {
  return core.outbox
    .splice(0)
    .flatMap((effect) => (effect.do === 'report' ? [`${effect.report.state}: ${effect.report.title}`] : []));
}

/** Of a master that has taken over what another one has begun. */
function successor(): Core {
  const core = connectedCore();
  core.reports.former = { term: 1, sequence: 1, open: [{ cause: CAUSE, severity: 'critical' }] };
  inherit(core, { term: 2, sawPreviousHolder: true });
  return core;
}

void test('what waits for somebody and what is given up are told apart', () => {
  const core = connectedCore();
  const incident = incidentOf(core, 'recovered', 'held', 'not-recovered');
  reportProgress(core, incident, true);
  assert.deepEqual(told(core), ['begin: h3 failed: 1 VMs recovered, 1 held, 1 not']);
  const held = incident.vms.get('vm2') ?? assert.fail();
  held.state = 'not-recovered';
  reportProgress(core, incident, true);
  assert.deepEqual(told(core), ['update: h3 failed: 1 VMs recovered, 2 not']);
  reportProgress(core, incident, true);
  assert.deepEqual(told(core), [], 'once');
});

void test('a successor tells at once who is left when all is done: the incident may end before it can', () => {
  const core = successor();
  const incident = incidentOf(core, 'recovered', 'not-recovered');
  reportProgress(core, incident, true);
  assert.deepEqual(told(core), ['update: h3 failed: 1 VMs recovered, 1 not']);
});

void test('what its predecessor has told and goes on is not told again', () => {
  for (const states of [['recovered'], ['held', 'not-recovered'], ['waiting', 'not-recovered']] as const) {
    const core = successor();
    reportProgress(core, incidentOf(core, ...states), true);
    assert.deepEqual(told(core), []);
  }
});

void test('one that lies stopped elsewhere is told of while others still wait, by each master', () => {
  for (const core of [connectedCore(), successor()]) {
    const incident = incidentOf(core, 'waiting', 'evacuating');
    const second = incident.vms.get('vm2') ?? assert.fail();
    reportProgress(core, incident, true);
    core.outbox.splice(0);
    Object.assign(second, { state: 'not-recovered', settledElsewhere: true, target: null });
    reportProgress(core, incident, true);
    assert.deepEqual(told(core), [], 'deleted');
    second.target = 'h2';
    reportProgress(core, incident, true);
    const title = 'h3 failed: VMs are being restarted in place, 1 evacuated and not running';
    assert.deepEqual(told(core), [`update: ${title}`]);
  }
  const core = successor();
  const incident = incidentOf(core, 'waiting', 'not-recovered');
  Object.assign(incident.vms.get('vm2') ?? assert.fail(), { settledElsewhere: true, target: 'h2' });
  reportProgress(core, incident, true);
  assert.equal(told(core).length, 1, 'also the first that the successor finds');
});

void test('one that has waited for long, too, is told of; one that is merely tried again is not', () => {
  const core = connectedCore();
  const incident = incidentOf(core, 'held', 'evacuating');
  const [first, second] = [...incident.vms.values()];
  assert.ok(first !== undefined && second !== undefined);
  const pass = (ms: number): readonly string[] => {
    core.now += ms;
    reportProgress(core, incident, false);
    return told(core).filter((words) => words.includes('waited'));
  };
  pass(0);
  assert.deepEqual(pass(600_001), ['begin: 1 VMs of h3 have waited for 10 minutes to be recovered']);
  second.state = 'held';
  assert.deepEqual(pass(1), []);
  assert.deepEqual(pass(600_001), ['update: 2 VMs of h3 have waited for 10 minutes to be recovered']);
  second.state = 'evacuating';
  assert.deepEqual(pass(1), [], 'it may fail again');
});

void test('with the end of an incident it is told which of its VMs were not recovered, and why', () => {
  const core = connectedCore();
  const incident = incidentOf(core, 'recovered', 'not-recovered');
  Object.assign(incident.vms.get('vm2') ?? assert.fail(), { reason: 'its owner stopped it' });
  reportProgress(core, incident, true);
  core.outbox.splice(0);
  reportEnd(core, incident);
  const reports = core.outbox.flatMap((effect) => (effect.do === 'report' ? [effect.report] : []));
  const vms = [
    { vm: 'vm2', name: 'vm2', state: 'not-recovered', target: null, reason: 'its owner stopped it' },
  ];
  assert.deepEqual(
    reports.map(({ state, evidence }) => [state, evidence['vms']]),
    [['end', vms]],
  );
});

void test('… and which records nova will never end by itself', () => {
  const core = connectedCore();
  const incident = incidentOf(core, 'recovered');
  incident.rows = [
    row(4, 'vm1', { source: 'h3', status: 'pre-migrating' }),
    row(5, 'vm1', { source: 'h3', status: 'completed' }),
    row(6, 'vm2', { source: 'h2', target: 'h3', status: 'accepted' }),
  ];
  reportProgress(core, incident, true);
  core.outbox.splice(0);
  reportEnd(core, incident);
  assert.match(
    told(core).join(),
    /nobody carries out any more \(4 of vm1\): before these VMs come back to h3/,
  );
});
