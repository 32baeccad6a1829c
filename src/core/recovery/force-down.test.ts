import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentRecord, seat, service, slot, TIMING } from '../../../test/world/fixtures.ts';
import { lookedFor, renewedUpTo, setUp } from '../../../test/world/planning.ts';
import { type Asked, Pump } from '../../../test/world/pump.ts';
import { cell } from '../../../test/world/slave.ts';
import { noteEvidence } from '../evidence/note.ts';
import { noteServices, reportedSince, reportSince } from '../evidence/nova-witness.ts';
import type { Core } from '../state.ts';
import type { CloudAnswer, CloudFailure } from './cloud.ts';
import { forceDown, forceUp } from './force-down.ts';
import { createIncident } from './incident.ts';
import { KERNEL_SENDS_MS } from './still-sent.ts';

const RECORD = incidentRecord({ forcedDownBy: 'vigil-asked' });
const ANSWER_MS = 2_000;

/** A master that may act asks nova to force h9 down; `meanwhile` is done once nova has the request. */
function forcedDown(answer: CloudAnswer<'force-down'>, meanwhile: (core: Core) => void = () => undefined) {
  const { core, master } = setUp();
  renewedUpTo(core, 10);
  core.lease = { phase: 'holding', term: 1, renewedMs: new Map([['a', core.now]]), sawPreviousHolder: true };
  const volume = core.volumes.get('a') ?? assert.fail();
  const times = { begunMs: core.now, endedMs: core.now };
  noteEvidence(core, volume, [slot('h9', 9)], times);
  noteServices(core.nova, [service('h9', { updatedAt: 'before' })], core.now);
  lookedFor(core, 'h9');
  const incident = createIncident(RECORD, core.now, true);
  master.incidents.set('h9', incident);
  const result = (effect: Asked) => {
    if (effect.do === 'read-volume')
      return {
        ...times,
        of: 'read-volume' as const,
        ok: true as const,
        seats: [seat('h1', 1, {}, 10)],
        slots: [slot('h9', 9)],
        cells: [cell(RECORD)],
      };
    assert.ok(effect.do === 'cloud' && effect.call.call === 'force-down', effect.do);
    core.now += 1;
    meanwhile(core);
    return { of: 'cloud' as const, answer };
  };
  const pump = new Pump(core, (effect) => ({ result: result(effect), afterMs: ANSWER_MS }));
  const begunMs = core.now;
  const ended = pump.run(
    forceDown(core, master, incident, () => false),
    4 * ANSWER_MS,
  );
  assert.equal(pump.did('cloud').length, 1);
  return { core, incident, begunMs, hold: ended === null ? null : (ended?.hold?.code ?? assert.fail()) };
}

const says = (forcedDown: boolean): CloudAnswer<'force-down'> => ({
  call: 'force-down',
  ok: true,
  value: service('h9', { forcedDown }),
});

const fails = (code: CloudFailure['code'], status: number | null): CloudAnswer<'force-down'> => ({
  call: 'force-down',
  ok: false,
  failure: { code, service: 'nova', status, requestId: null, detail: code },
});

const Q_MS = TIMING.openRequestMs;
const answers: readonly (readonly [string, CloudAnswer<'force-down'>, string | null, number])[] = [
  ['nova shows it forced down', says(true), null, 0],
  ['nova has answered, and shows the former value', says(false), 'force-down-refused', Q_MS],
  ['nova may have begun', fails('server-error', 503), 'force-down-refused', Q_MS],
  [
    'nova may not even have got it yet',
    fails('no-answer', null),
    'force-down-refused',
    KERNEL_SENDS_MS + Q_MS,
  ],
  ['nova has said no', fails('conflict', 409), 'force-down-refused', 0],
];
for (const [name, answer, code, openMs] of answers)
  void test(`${name}: ${openMs > 0 ? `it may still happen, for ${openMs / 1000} s` : 'nothing follows'}`, () => {
    const { core, incident, hold } = forcedDown(answer);
    assert.equal(hold, code);
    assert.equal(incident.forceDownOpenMs, openMs > 0 ? core.now + openMs : 0);
  });

void test('a list that was asked for while nova was about it makes no report of what Vigil has changed', () => {
  const list = (core: Core, updatedAt: string): void =>
    noteServices(core.nova, [service('h9', { updatedAt })], core.now);
  const { core, begunMs } = forcedDown(says(true), (asking) => list(asking, 'before'));
  const report = () => reportSince(core.nova, 'h9', begunMs, TIMING, core.now);
  core.now += 1_000;
  list(core, 'changed by Vigil');
  assert.deepEqual([report(), reportedSince(core.nova, 'h9', begunMs)], ['unknown', false]);
  core.now += 1_000;
  list(core, 'a report');
  assert.deepEqual([report(), reportedSince(core.nova, 'h9', begunMs)], ['alive', true]);
});

void test('a service that nova leaves out of its list for a while is not forced up by that, one that is gone is', () => {
  const { core, master } = setUp();
  const record = incidentRecord({ forcedDownBy: 'vigil', phase: 'returning' });
  const incident = createIncident(record, core.now, true);
  /** Nova lists these; does the record then say that nobody has forced it down, or is to? */
  const isOver = (afterMs: number, ...hosts: readonly string[]): boolean => {
    core.now += afterMs;
    const renewedMs = new Map([['a', core.now]]);
    core.lease = { phase: 'holding', term: 1, renewedMs, sawPreviousHolder: true };
    const services = hosts.map((host) => service(host, { forcedDown: true }));
    noteServices(core.nova, services, core.now);
    const ended = new Pump(core, () => null).run(forceUp(core, master, incident, 'h9-boot'), 0);
    // Its host has no slot here, where that would be written.
    return ended?.hold?.code === 'incident-not-written';
  };
  const MINUTE_MS = 60_000;
  assert.equal(isOver(0, 'h1'), false);
  assert.equal(isOver(MINUTE_MS - 1, 'h1'), false);
  assert.equal(isOver(1, 'h1', 'h9'), false);
  assert.equal(isOver(1, 'h1'), false);
  assert.equal(isOver(MINUTE_MS, 'h1'), true);
});

void test('a list that was asked for before does not undo what nova has done since', () => {
  const { core, begunMs } = forcedDown(says(true));
  const isForcedDown = () => core.nova.services.find(({ host }) => host === 'h9')?.forcedDown;
  assert.equal(isForcedDown(), true);
  noteServices(core.nova, [service('h9')], begunMs);
  assert.equal(isForcedDown(), true);
  noteServices(core.nova, [service('h9')], core.now + 1);
  assert.equal(isForcedDown(), false, 'somebody has forced it up');
});
