import assert from 'node:assert/strict';
import { test } from 'node:test';
import { header, incidentRecord, seat, service, slot } from '../../../test/world/fixtures.ts';
import { lookedFor, renewedUpTo, setUp } from '../../../test/world/planning.ts';
import { Pump } from '../../../test/world/pump.ts';
import { asFound, type Found, script } from '../../../test/world/slave.ts';
import { createHostEvidence } from '../evidence/host.ts';
import { observe } from '../evidence/volume-path.ts';
import { all } from '../lib/task.ts';
import type { IncidentPhase } from '../wire/records.ts';
import { CHECKS_AT_ONCE, mayAct } from './check-ground.ts';
import { forceDown } from './force-down.ts';
import { go } from './round-end.ts';

/** The master h1 with an incident of h9, whose slot it saw last with counter 50, and what stands on the volume now. */
function master(more: Partial<Found> = {}) {
  const at = setUp();
  renewedUpTo(at.core, 10);
  const evidence = createHostEvidence('h9');
  evidence.volumes.set('uuid-a', observe(undefined, header({ counter: 50 }), 'first', at.core.now));
  at.core.hosts.set('h9', evidence);
  at.core.lease = {
    phase: 'holding',
    term: 1,
    renewedMs: new Map([['a', at.core.now]]),
    sawPreviousHolder: true,
  };
  at.core.nova.services = [service('h9')];
  at.incident.record = incidentRecord();
  return { ...at, pump: new Pump(at.core, script(asFound(more))) };
}

function against(found: Partial<Found>, boot: string | null = null, phase: IncidentPhase = 'evacuating') {
  const { core, master: mastership, incident, pump } = master(found);
  return pump.run(mayAct(core, mastership, incident, { phases: [phase], boot }), 10_000);
}

void test('a master may act while its lease, the incident and the victim are what it takes them for', () => {
  assert.equal(against({}), null);
  assert.equal(against({ slots: [lateWrite, slot('h9', 9, { counter: 50 })] }), null);
  const back = { incident: incidentRecord({ phase: 'returning', proof: 'reboot' }) };
  const alive = { boot: 'h9-boot-2', counter: 99, incarnation: 2 };
  assert.equal(against({ ...back, slots: [slot('h9', 9, alive)] }, 'h9-boot-2', 'returning'), null);
});

/** Of a dead beat, in a slot that was freed: it lies before the one in which the host went on. */
const lateWrite = slot('h9', 2, { incarnation: 0, counter: 700, boot: 'h9-boot-0' });

/** Its own slot, torn. */
const torn = {
  state: 'damaged',
  index: 9,
  host: 'h9',
  reason: { code: 'torn' },
} as const;

const stops: readonly (readonly [string, Partial<Found>, string | null])[] = [
  ['h3 has term 2', { seats: [seat('h1', 1, {}, 10), seat('h3', 3, { term: 2 })] }, null],
  ['h1 no longer holds', { seats: [seat('h1', 1, { phase: 'released' }, 10)] }, null],
  ['cannot be read on a majority', { seats: null }, null],
  ['the incident of h9 is', { incident: incidentRecord({ phase: 'closed' }) }, null],
  ['the incident of h9 is', { incident: incidentRecord({ id: 'h9-2-1', term: 2 }) }, null],
  ['h9 writes to volume a', { slots: [slot('h9', 9, { counter: 51 })] }, null],
  ['the slot of h9 cannot be read', { slots: [] }, null],
  ['the slot of h9 cannot be read', { slots: [slot('h9', 2, { counter: 50 }), torn] }, null],
  ['h9 has shown life', { incident: incidentRecord({ hold: 'life-signs' }) }, null],
  ['h9 has shown life', { incident: incidentRecord({ hold: 'life-after-failed' }) }, null],
  ['h9 writes to volume a', { slots: [lateWrite, slot('h9', 9, { counter: 51 })] }, null],
  ['h9 has booted once more', { slots: [slot('h9', 9, { counter: 51, boot: 'h9-boot-3' })] }, 'h9-boot-2'],
  ['the slot of h9 cannot be read', { slots: [slot('h9', 9, { counter: 50 })] }, 'h9-boot-2'],
];

for (const [words, found, boot] of stops) {
  void test(`a master may not act: ${words}${boot === null ? '' : ', for its life in a new boot'}`, () => {
    const why = against(found, boot);
    assert.ok(typeof why === 'string' && why.includes(words), `${why}`);
  });
}

void test('a host that writes again is not forced down, whatever the master remembers', () => {
  const { core, master: mastership, incident, pump } = master({ slots: [slot('h9', 9, { counter: 51 })] });
  lookedFor(core, 'h9');
  incident.record = incidentRecord({ forcedDownBy: 'vigil-asked' });
  const end = pump.run(
    forceDown(core, mastership, incident, () => false),
    10_000,
  );
  assert.equal(end?.hold?.code, 'not-licensed');
  assert.equal(pump.did('cloud').length, 0);
});

void test('a host that others hear by now is not forced down', () => {
  const { core, master: mastership, incident, pump } = master();
  lookedFor(core, 'h9');
  incident.record = incidentRecord({ forcedDownBy: 'vigil-asked' });
  const found = pump.script;
  pump.script = (effect, at) => {
    at.hosts.get('h9')?.probes.set('h3', { answer: 'agent', begunMs: at.now });
    return found(effect, at);
  };
  const end = pump.run(
    forceDown(core, mastership, incident, () => false),
    10_000,
  );
  assert.deepEqual(end, go(0));
  assert.equal(pump.did('cloud').length, 0);
});

void test('a master that stood still over its readings may not act on them', () => {
  const { core, master: mastership, incident, pump } = master();
  const found = pump.script;
  pump.script = (effect, at) => {
    const answered = found(effect, at);
    at.now += effect.do === 'read-volume' ? 3_000 : 0;
    return answered;
  };
  const why = pump.run(mayAct(core, mastership, incident, { phases: ['evacuating'], boot: null }), 20_000);
  assert.ok(typeof why === 'string' && why.includes('stood still'), `${why}`);
});

void test('however many incidents there are, only some checks are under way, and each has its turn', () => {
  const { core, master: mastership, incident, pump } = master();
  const found = pump.script;
  let open = 0;
  let most = 0;
  pump.script = (effect, at) => {
    if (effect.do === 'read-volume' && effect.what.includes('seats')) most = Math.max(most, ++open);
    return found(effect, at);
  };
  const checked = function* () {
    const why = yield* mayAct(core, mastership, incident, { phases: ['evacuating'], boot: null });
    open -= 1;
    return why;
  };
  const whys = pump.run(
    all(Array.from({ length: 16 }, checked), () => true),
    10_000,
  );
  assert.deepEqual(
    whys,
    Array.from({ length: 16 }, () => null),
  );
  assert.equal(most, CHECKS_AT_ONCE);
});
