import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentRecord, row } from '../../../test/world/fixtures.ts';
import { lookedFor, plan, type Setting, setUp } from '../../../test/world/planning.ts';
import { evidenceOf } from '../evidence/note.ts';
import type { IncidentRecord } from '../wire/records.ts';
import { type Comeback, createIncident } from './incident.ts';

/** May a VM be sent on whose evacuation nova shows open on h3, which is out of sight and has an incident of its own? */
function sendsOn(
  at: Setting,
  boot: string,
  record: Partial<IncidentRecord>,
  back: Comeback | null,
  looked = true,
): boolean {
  const evidence = evidenceOf(at.core, 'h3') ?? assert.fail();
  evidence.boot = boot;
  if (looked) lookedFor(at.core, 'h3');
  const ofTarget = incidentRecord({ victim: 'h3', victimBoot: 'old', ...record });
  const incident = createIncident(ofTarget, at.core.now, true);
  at.master.incidents.set('h3', Object.assign(incident, { back }));
  return (
    plan(at, { rows: [row(11, 'vm', { target: 'h3', status: 'pre-migrating' })], hosts: ['h2'] }).length > 0
  );
}

void test('a target with proof of death takes no VM any more', () => {
  assert.equal(sendsOn(setUp(), 'old', {}, null), true);
  assert.equal(sendsOn(setUp(), 'old', {}, null, false), false, 'this master has heard nobody yet');
});

const back: Comeback = { boot: 'new', sinceMs: 0, reported: true };
const lives: readonly (readonly [string, string, Partial<IncidentRecord>, Comeback | null])[] = [
  ['it is returning', 'old', { phase: 'returning' }, null],
  ['this master saw it back', 'old', {}, back],
  ['its slot tells of a later boot', 'new', {}, null],
  ['it was back: that was the proof', 'new', { proof: 'reboot', victimBoot: 'new' }, null],
];

for (const [words, boot, record, comeback] of lives)
  void test(`the proof of a target's former life says nothing of its next one: ${words}`, () => {
    assert.equal(sendsOn(setUp(), boot, record, comeback), false);
  });
