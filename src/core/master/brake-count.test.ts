import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentRecord, slot } from '../../../test/world/fixtures.ts';
import { connectedCore } from '../../../test/world/pump.ts';
import { noteEvidence } from '../evidence/note.ts';
import { createIncident } from '../recovery/incident.ts';
import type { IncidentRecord } from '../wire/records.ts';
import { countForBrake } from './brake-count.ts';
import { createMastership } from './mastership.ts';

/** What a master counts of a rack with h2 and h3, both of which have failed. */
function countOf(ownDomain: string | null) {
  const core = connectedCore({ failureDomain: ownDomain });
  const master = createMastership(1, core.now, true);
  const volume = core.volumes.get('a') ?? assert.fail();
  const slots = ['h2', 'h3'].map((host, n) => slot(host, n + 2, {}, { failureDomain: 'rack' }));
  noteEvidence(core, volume, [...slots, slot('h4', 4)], { begunMs: core.now, endedMs: core.now });
  for (const victim of ['h2', 'h3'])
    master.incidents.set(victim, createIncident(incidentRecord({ victim }), core.now, false));
  return countForBrake(core, master, 'h3');
}

void test('a master is one of the hosts of its own failure domain, and never a silent one', () => {
  assert.deepEqual(countOf('rack').domain, { name: 'rack', hosts: 3, silent: 2 });
  for (const other of ['another', null])
    assert.deepEqual(countOf(other).domain, { name: 'rack', hosts: 2, silent: 2 });
  assert.equal(countOf('rack').clusterHosts, 4);
});

const MINUTE_MS = 60_000;

/**
 * How many of h2 and h3 count as silent at once, where h2 has an incident of so long before the clocks of both have started
 * anew, so long ago.
 */
function silentAtOnce({
  beforeMs = MINUTE_MS,
  agoMs = 0,
  adopted = false,
  livedMs = null,
  ...record
}: Partial<IncidentRecord> & {
  readonly beforeMs?: number;
  readonly agoMs?: number;
  readonly adopted?: boolean;
  /** When h2 was last seen alive, after its incident was opened. */
  readonly livedMs?: number | null;
}) {
  const core = connectedCore();
  const master = createMastership(1, core.now, true);
  const volume = core.volumes.get('a') ?? assert.fail();
  const slots = ['h2', 'h3'].map((host, n) => slot(host, n + 2, {}, { failureDomain: 'rack' }));
  noteEvidence(core, volume, slots, { begunMs: core.now, endedMs: core.now });
  const h2 = core.hosts.get('h2') ?? assert.fail();
  const declaredMs = core.now - beforeMs;
  h2.bootLifeMs = livedMs === null ? null : declaredMs + livedMs;
  const known = incidentRecord({ victim: 'h2', victimBoot: h2.boot ?? assert.fail(), ...record });
  master.incidents.set('h2', createIncident(known, declaredMs, true, adopted));
  core.now += agoMs;
  return countForBrake(core, master, 'h3').domain?.silent;
}

void test('clocks that start anew do not make a failure of long ago one of now', () => {
  assert.equal(silentAtOnce({}), 1);
  assert.equal(silentAtOnce({ beforeMs: MINUTE_MS - 1, agoMs: 10 * MINUTE_MS }), 2);
});

void test('… unless its host has shown life since', () => {
  assert.equal(silentAtOnce({ livedMs: 0 }), 1);
  assert.equal(silentAtOnce({ livedMs: 1 }), 2);
  assert.equal(silentAtOnce({ victimBoot: 'before' }), 2);
});

void test('one that was taken over counts for a minute, and longer where the brake has not let it pass', () => {
  const adopted = { adopted: true, beforeMs: 10_000 };
  assert.equal(silentAtOnce({ ...adopted, agoMs: MINUTE_MS - 10_001 }), 2);
  assert.equal(silentAtOnce({ ...adopted, agoMs: MINUTE_MS - 10_000 }), 1);
  for (const record of [{ proof: 'operator' }, { proof: null }, { hold: 'life-after-failed' }] as const)
    assert.equal(silentAtOnce({ ...adopted, agoMs: 10 * MINUTE_MS, ...record }), 2);
});
