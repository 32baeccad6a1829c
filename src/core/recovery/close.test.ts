import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentRecord, slot, TIMING } from '../../../test/world/fixtures.ts';
import { setUp } from '../../../test/world/planning.ts';
import { Pump } from '../../../test/world/pump.ts';
import { noteBoot } from '../evidence/boots.ts';
import { evidenceOf, noteEvidence } from '../evidence/note.ts';
import { judgeHosts } from '../master/judge.ts';
import type { Core } from '../state.ts';
import type { HostEvidence } from '../evidence/host.ts';
import { close } from './force-down.ts';
import { createIncident, createVmWork } from './incident.ts';

const BACK = 'h9-boot-2';
const NEXT = 'h9-boot-3';

type Meanwhile = (evidence: HostEvidence, core: Core) => void;

/** A host is back, and says in its slot which boot has ended before. `meanwhile` is done once the end is being written. */
function scene(meanwhile: Meanwhile = () => undefined) {
  const { core, master } = setUp();
  core.lease = { phase: 'holding', term: 1, renewedMs: new Map([['a', core.now]]), sawPreviousHolder: true };
  const volume = core.volumes.get('a') ?? assert.fail();
  for (const counter of [1, 2]) {
    const observed = slot('h9', 9, { boot: BACK, incarnation: 2, counter }, { unjudged: 'h9-boot-1' });
    noteEvidence(core, volume, [observed], { begunMs: core.now, endedMs: core.now });
  }
  const evidence = evidenceOf(core, 'h9') ?? assert.fail();
  const record = incidentRecord({
    victimBoot: 'h9-boot-0',
    phase: 'returning',
    proof: 'silence',
    forcedDownBy: null,
  });
  const incident = createIncident(record, core.now, true);
  incident.vms.set('vm', createVmWork('vm', 'vm'));
  master.incidents.set('h9', incident);
  judgeHosts(core, master);
  const pump = new Pump(core, (effect) => {
    if (effect.do !== 'write-cell') return null;
    meanwhile(evidence, core);
    judgeHosts(core, master);
    return { result: { of: 'write-cell', ok: true } };
  });
  const end = (boot = BACK) => pump.run(close(core, master, incident, boot), 5_000) ?? assert.fail();
  return { core, master, incident, evidence, end };
}

const boots: Meanwhile = (evidence, { now }) => noteBoot(evidence, NEXT, now);

void test('an incident ends in the boot that was looked at, and with the boot of which the host says that it has ended', () => {
  const { incident, end } = scene();
  end();
  assert.equal(incident.record.phase, 'closed');
  assert.equal(incident.record.victimBoot, 'h9-boot-1');
});

void test('… not in a further one, and not while nobody hears the host', () => {
  const further = scene();
  boots(further.evidence, further.core);
  assert.equal(further.end().hold, null, 'looked at anew at once');
  assert.equal(further.incident.record.phase, 'returning');
  const silent = scene();
  silent.core.now += TIMING.volumeLostMs + TIMING.networkLostMs;
  assert.equal(silent.end().hold, null);
  assert.equal(silent.incident.record.phase, 'returning');
});

void test('a boot that begins while the end is being written is another reboot to the judge', () => {
  const { master, incident, end } = scene(boots);
  end();
  assert.equal(incident.record.phase, 'closed');
  assert.equal(master.judgements.get('h9')?.boot, BACK);
});

void test('… not before a start in place that nova has not answered can come to nothing any more', () => {
  const { core, master, incident, end } = scene();
  master.openStarts.note({ vm: 'vm', host: 'h9' }, core.now, 1_000);
  assert.equal(end().hold?.code, 'start-open');
  assert.equal(incident.record.phase, 'returning');
  core.now += 1_000;
  end();
  assert.equal(incident.record.phase, 'closed');
});
