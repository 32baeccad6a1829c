import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentRecord, row, server } from '../../../test/world/fixtures.ts';
import { evidenceOf } from '../evidence/note.ts';
import { lookedFor, plan, setUp } from '../../../test/world/planning.ts';
import { Pump } from '../../../test/world/pump.ts';
import { firstCopies, learnCopies } from './second-copy.ts';
import { createIncident, createVmWork, type VmWork } from './incident.ts';

/** Is a VM sent on, whose new host has died, while the incident of its first one says this? */
function sendsOn(hold: string | null, known: boolean, source = 'h7'): boolean {
  const at = setUp();
  const record = incidentRecord({ victim: 'h7', hold, migrationIdAtDeclaration: 3 });
  const first = createIncident(record, at.core.now, true);
  if (known) first.vms.set('vm', { ...createVmWork('vm', 'vm'), state: 'recovered' });
  at.master.incidents.set('h7', first);
  const rows = known ? [] : [row(4, 'vm', { source, target: at.incident.record.victim, status: 'done' })];
  return plan(at, { servers: [server('vm')], rows, hosts: ['h3'] }).length > 0;
}

void test('a VM whose first copy may run on a host that lives after all is not started a third time', () => {
  assert.equal(sendsOn('life-after-failed', true), false);
  assert.equal(sendsOn('life-after-failed', false), false, 'by the records of nova alone');
  assert.equal(sendsOn('life-after-failed', false, 'h8'), true, 'it came from elsewhere');
  assert.equal(sendsOn(null, true), true, 'that life is over');
});

/** Is it, once its owner has moved it on from where it was sent? No record of its new host tells where it came from. */
function sendsOnMoved(state: VmWork['state']): boolean {
  const at = setUp();
  const first = createIncident(
    incidentRecord({ victim: 'h7', hold: 'life-after-failed' }),
    at.core.now,
    false,
  );
  first.vms.set('vm', { ...createVmWork('vm', 'vm'), state });
  at.master.incidents.set('h7', first);
  const { victim } = at.incident.record;
  const moved = row(5, 'vm', { type: 'live-migration', source: 'h8', target: victim, status: 'completed' });
  return plan(at, { servers: [server('vm')], rows: [moved], hosts: ['h3'] }).length > 0;
}

void test('what was ordered when its first host showed life may have been carried out since', () => {
  for (const state of ['ordered', 'evacuating', 'recovered'] as const)
    assert.equal(sendsOnMoved(state), false, state);
  for (const state of ['waiting', 'held', 'not-recovered'] as const)
    assert.equal(sendsOnMoved(state), true, `${state}: it was never sent on`);
});

/** The first copy is not said to live: is its host named among those that must be dead, or is the VM held? */
function named(isLookedFor: boolean, boot: string | null): readonly string[] | null {
  const at = setUp();
  const first = createIncident(incidentRecord({ victim: 'h7', victimBoot: 'h7-boot' }), at.core.now, true);
  first.vms.set('vm', { ...createVmWork('vm', 'vm'), state: 'recovered' });
  at.master.incidents.set('h7', first);
  const evidence = evidenceOf(at.core, 'h7') ?? assert.fail();
  evidence.boot = boot;
  if (isLookedFor) lookedFor(at.core, 'h7');
  const orders = plan(at, { servers: [server('vm')], rows: [], hosts: ['h3'] });
  return orders.length === 0 ? null : (at.incident.vms.get('vm')?.mustBeSilent ?? null);
}

void test('a first copy whose host is dead is to be so when nova is asked; it has ended with its boot', () => {
  assert.deepEqual(named(true, 'h7-boot'), ['h7']);
  assert.equal(named(false, 'h7-boot'), null, 'whether it is silent is not known yet');
  assert.deepEqual(named(false, 'h7-boot-2'), []);
});

void test('where another incident has sent a VM is asked of nova, also while its own rounds get nowhere', () => {
  const { core, master, incident } = setUp();
  const renewedMs = new Map([['a', core.now]]);
  core.lease = { phase: 'holding', term: 1, renewedMs, sawPreviousHolder: true };
  const other = createIncident(
    incidentRecord({ victim: 'h7', migrationIdAtDeclaration: 3 }),
    core.now,
    true,
    true,
  );
  master.incidents.set('h7', other);
  const rows = [row(4, 'moved', { source: 'h7', target: 'h8', status: 'done' })];
  const pump = new Pump(core, (effect) => {
    if (effect.do !== 'cloud') return null;
    const { call } = effect.call;
    if (call === 'list-servers')
      return { result: { of: 'cloud', answer: { call, ok: true, value: [server('left')] } } };
    assert.equal(call, 'list-host-migrations');
    return { result: { of: 'cloud', answer: { call, ok: true, value: rows } } };
  });
  pump.run(learnCopies(core, master, incident), 5_000);
  const copies = firstCopies(core, master, incident, 'moved', []);
  assert.deepEqual(copies, { against: null, silent: ['h7'] }, 'its host must be dead');
  assert.equal(other.vms.get('left')?.state, 'waiting', 'it is shown');
});
