import assert from 'node:assert/strict';
import { test } from 'node:test';
import { incidentRecord, seat, server, slot, TIMING } from '../../../test/world/fixtures.ts';
import {
  intent,
  readSlot,
  openNow,
  openOrder,
  renewedUpTo,
  type Setting,
  setUp,
  shown,
} from '../../../test/world/planning.ts';
import { Pump, type Script } from '../../../test/world/pump.ts';
import { cell } from '../../../test/world/slave.ts';
import { noteBoot } from '../evidence/boots.ts';
import { noteEvidence } from '../evidence/note.ts';
import { start } from '../lib/task.ts';
import { inTurn } from '../lib/turns.ts';
import { sleep } from '../requests.ts';
import type { SeatObservation } from '../wire/observations.ts';
import type { Core } from '../state.ts';
import { CHECKS_AT_ONCE } from './check-ground.ts';
import { NOT_RUNNING } from './cloud.ts';
import { createIncident, createVmWork } from './incident.ts';
import { inPlaceRound, survey } from './in-place-round.ts';
import type { StillOpen } from './still-open.ts';
import { KERNEL_SENDS_MS } from './still-sent.ts';

const back = { boot: 'new-boot', sinceMs: 0, reported: true };

/** VMs whose guests are asked for. */
const surveyed = (at: Setting, openBefore: StillOpen): readonly string[] =>
  survey(at.core, at.master, at.incident, back, { openBefore, servers: [server('vm')], rows: [] }).map(
    ({ server }) => server.vm,
  );

void test('a VM that a slave may have asked nova to evacuate before the records were read is not started in place', () => {
  const open: readonly ((at: Setting) => void)[] = [
    (at) => readSlot(at, 'h4', [intent()], at.core.now),
    (at) => openOrder(at, null, 'h4'),
  ];
  for (const opens of open) {
    const at = setUp();
    opens(at);
    const before = openNow(at);
    readSlot(at, 'h4', [], at.core.now + 1);
    at.incident.vms.clear();
    assert.deepEqual(surveyed(at, before), []);
    assert.match(shown(at), /^waiting: h4 may have asked nova to evacuate it/);
    assert.deepEqual(surveyed(at, openNow(at)), ['vm']);
  }
});

const NEW_BOOT = 'h9-boot-2';
const inNewBoot = (counter: number) => slot('h9', 9, { boot: NEW_BOOT, incarnation: 2, counter });
const RETURNING = incidentRecord({ phase: 'returning', proof: 'reboot' });

function reads(core: Core, counter: number): void {
  const volume = core.volumes.get('a') ?? assert.fail();
  noteEvidence(core, volume, [inNewBoot(counter)], { begunMs: core.now, endedMs: core.now });
}

interface Otherwise {
  readonly seats?: readonly SeatObservation[];
  /** When nova was asked to start it and did not answer, so long before. */
  readonly startedMsAgo?: number;
  /** Done once nova is asked whether the guest runs. */
  readonly meanwhile?: (core: Core) => void;
  /** Once a slot is read. */
  readonly whileChecked?: (core: Core) => void;
  readonly vms?: readonly string[];
  /** For so long all turns to check are those of other incidents. */
  readonly othersMs?: number;
}

/** What a master does where guests do not run, so long after it has taken the incident over. */
function round(takenOverMs: number, otherwise: Otherwise = {}): Pump {
  const { seats = [seat('h1', 1, {}, 10)], startedMsAgo, meanwhile, whileChecked, vms = ['vm'] } = otherwise;
  const { othersMs = 0 } = otherwise;
  const { core, master } = setUp();
  if (startedMsAgo !== undefined)
    master.openStarts.note({ vm: 'vm', host: 'h9' }, core.now - startedMsAgo, TIMING.openRequestMs);
  renewedUpTo(core, 10);
  const renewedMs = new Map([['a', core.now + othersMs]]);
  core.lease = { phase: 'holding', term: 1, renewedMs, sawPreviousHolder: true };
  for (const counter of [1, 2]) reads(core, counter);
  const incident = createIncident(RETURNING, core.now - takenOverMs, true, true);
  master.incidents.set('h9', incident);
  for (const vm of vms) incident.vms.set(vm, createVmWork(vm, vm));
  const script: Script = (effect) => {
    if (effect.do === 'read-volume') {
      whileChecked?.(core);
      const times = { begunMs: core.now, endedMs: core.now };
      return {
        result: {
          of: 'read-volume',
          ok: true,
          ...times,
          seats,
          slots: [inNewBoot(3)],
          cells: [cell(RETURNING)],
        },
      };
    }
    if (effect.do !== 'cloud') return null;
    const { call } = effect.call;
    if (call === 'guest-state') {
      meanwhile?.(core);
      return {
        result: { of: 'cloud', answer: { call, ok: true, value: { state: NOT_RUNNING } } },
        afterMs: 0,
      };
    }
    assert.equal(call, 'hard-reboot');
    return { result: { of: 'cloud', answer: { call: 'hard-reboot', ok: true, value: { requestId: null } } } };
  };
  const pump = new Pump(core, script);
  if (othersMs > 0)
    for (let n = 0; n < CHECKS_AT_ONCE; n += 1) start(inTurn(core.checks, sleep(core, othersMs)), () => true);
  const toTend = vms.map((vm) => ({ server: server(vm), isToRun: true }));
  pump.run(inPlaceRound(core, master, incident, { ...back, boot: NEW_BOOT }, toTend), 20_000);
  return pump;
}

const started = (pump: Pump): number =>
  pump.did('cloud').filter(({ call }) => call.call === 'hard-reboot').length;

const starts = (takenOverMs: number, otherwise: Otherwise = {}): boolean =>
  started(round(takenOverMs, otherwise)) > 0;

/** For so long a request of a former master may still be carried out. */
const UNANSWERED_MS = KERNEL_SENDS_MS + TIMING.openRequestMs;
/** Until what was asked of the guest is answered. */
const ANSWER_MS = 50;

void test('what a former master asked for last would hit a guest that runs by then: nothing is started before Q', () => {
  assert.equal(starts(UNANSWERED_MS - ANSWER_MS - 1), false);
  assert.equal(starts(UNANSWERED_MS - ANSWER_MS), true);
});

void test('what nova was asked to start and has not answered it is not asked for again before Q', () => {
  const startedMsAgo = TIMING.openRequestMs - ANSWER_MS;
  assert.equal(starts(UNANSWERED_MS, { startedMsAgo: startedMsAgo - 1 }), false);
  assert.equal(starts(UNANSWERED_MS, { startedMsAgo }), true);
});

void test('nothing is started by whoever cannot read that it is still master', () => {
  const seats = [seat('h1', 1, {}, 10), seat('h3', 3, { term: 2 })];
  assert.equal(starts(UNANSWERED_MS, { seats }), false);
});

void test('nothing is started in a boot that has begun since its guest was asked for', () => {
  // Its former boot was last seen before nova answered, its beats are still to come, and its agent is heard.
  const heardIn = (boot: string): boolean =>
    starts(UNANSWERED_MS, {
      meanwhile: (core) => {
        core.now += TIMING.networkLostMs;
        const evidence = core.hosts.get('h9') ?? assert.fail();
        evidence.network.heardMs = core.now;
        noteBoot(evidence, boot, core.now);
      },
    });
  assert.equal(heardIn(NEW_BOOT), true);
  assert.equal(heardIn('h9-boot-3'), false);
});

void test('the volumes are read for one guest after the other, and nothing starts what nova told of too long ago', () => {
  const vms = Array.from({ length: 16 }, (_, place) => `vm-${place}`);
  let reads = 0;
  const fast = round(UNANSWERED_MS, { vms, whileChecked: () => void (reads += 1) });
  assert.equal(started(fast), vms.length);
  assert.equal(reads, 2 * vms.length, 'the slots, and seats and cells');

  reads = 0;
  const slow = round(UNANSWERED_MS, {
    vms,
    whileChecked(core) {
      reads += 1;
      // The second guest's check takes so long.
      if (reads === 3) core.now += 10_000;
    },
  });
  assert.equal(started(slow), 1);
  assert.equal(reads, 4, 'nothing is read for the others');
});

void test('nothing starts what nova told of too long ago, where checks of other incidents had their turn first', () => {
  const whileChecked = (core: Core): void => reads(core, core.now);
  assert.equal(starts(UNANSWERED_MS, { othersMs: 9_000, whileChecked }), true);
  assert.equal(starts(UNANSWERED_MS, { othersMs: 11_000, whileChecked }), false);
});

void test('nothing is started in a boot that has ended while its start waited for its turn to be checked', () => {
  const bootsAgain = (core: Core): void =>
    noteBoot(core.hosts.get('h9') ?? assert.fail(), 'h9-boot-3', core.now);
  assert.equal(starts(UNANSWERED_MS, { whileChecked: bootsAgain }), false);
});
