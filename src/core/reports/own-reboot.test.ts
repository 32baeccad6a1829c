import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentRecord } from '../../../test/world/fixtures.ts';
import { setUp } from '../../../test/world/planning.ts';
import type { IncidentPhase } from '../wire/records.ts';
import { reportOwnReboot } from './own-reboot.ts';

/** What the master h1 tells of its own incident: its boot then, and how far it has come. */
function told(victimBoot: string | null, phase: IncidentPhase): { title: string; advice: string } {
  const { core, master } = setUp();
  master.adopted = true;
  core.now += 60_000;
  const boot = victimBoot ?? core.settings.boot;
  core.ownIncident = incidentRecord({ victim: core.settings.host, victimBoot: boot, phase });
  reportOwnReboot(core);
  const [report] = core.outbox.flatMap((effect) => (effect.do === 'report' ? [effect.report] : []));
  assert.ok(report !== undefined);
  return { title: report.title, advice: report.advice ?? '' };
}

void test('a master with an incident of its own host says whether that has booted, or was declared failed and lives', () => {
  assert.match(told('the boot before', 'returning').title, /its VMs may be down/);
  const lives = told(null, 'evacuating');
  assert.match(lives.title, /was declared failed and lives/);
  assert.match(lives.advice, /may run twice/);
  assert.match(told(null, 'proving').advice, /Nothing was done/);
});
