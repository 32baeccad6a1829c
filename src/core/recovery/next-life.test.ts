import assert from 'node:assert/strict';
import { test } from 'node:test';
import { row, server } from '../../../test/world/fixtures.ts';
import { setUp } from '../../../test/world/planning.ts';
import { evidenceOf } from '../evidence/note.ts';
import type { Server } from './cloud.ts';
import { createVmWork, type VmWork } from './incident.ts';
import { TRY_EVERY_MS } from './in-place-round.ts';
import { beginNextLife, noteLife } from './next-life.ts';

const BACK = { boot: 'h9-boot-2', sinceMs: 0, reported: true };
const NOW = 500_000;

/** A VM that was so when its host failed first, and is settled so in the boot in which it is back. */
function settled(was: Partial<Server>, state: VmWork['state'], settledInBoot = BACK.boot) {
  const at = setUp();
  const evidence = evidenceOf(at.core, 'h9') ?? assert.fail();
  evidence.boot = BACK.boot;
  const work = { ...createVmWork('vm', 'vm'), state };
  work.inPlace = { tries: 2, triedInLife: true, notBeforeMs: NOW + 3 * TRY_EVERY_MS, settledInBoot };
  at.incident.vms.set('vm', work);
  at.incident.before = { servers: [server('vm', was)], rows: [] };
  return { ...at, evidence, work };
}

/** What counts of it once nova has said this of it in that life. */
function countsAfter(at: ReturnType<typeof settled>, now: Partial<Server>): string | undefined {
  const rows = [row(20, 'vm', { type: 'live-migration', status: 'error' })];
  noteLife(at.core, at.incident, BACK, { openBefore: new Map(), servers: [server('vm', now)], rows });
  return at.incident.before?.servers[0]?.vmState;
}

const active = { vmState: 'active' };
const stopped = { vmState: 'stopped' };

void test('of a VM that has run in the life between it counts what its owner has made of it there', () => {
  assert.equal(countsAfter(settled(active, 'recovered'), stopped), 'stopped');
  assert.equal(
    countsAfter(settled(active, 'waiting'), stopped),
    'stopped',
    'its host was silent for a while',
  );
  const at = settled(active, 'recovered');
  at.incident.toRun = new Map([['vm', server('vm')]]);
  countsAfter(at, active);
  assert.equal(at.incident.toRun.size, 0);
  assert.equal(at.incident.cutOff.get('vm')?.id, 20, 'it may have left since');
});

void test('… of one that was left, only that somebody has started it', () => {
  assert.equal(
    countsAfter(settled(active, 'not-recovered'), stopped),
    'active',
    'nova-compute may have stopped it',
  );
  assert.equal(countsAfter(settled(stopped, 'not-recovered'), active), 'active');
  const deleting = settled({ ...active, taskState: 'deleting' }, 'not-recovered');
  countsAfter(deleting, active);
  assert.equal(
    deleting.incident.before?.servers[0]?.taskState,
    'deleting',
    'nova-compute clears that as it starts',
  );
});

void test('… and not of one that was not settled, nor of what is read when the host has booted again', () => {
  assert.equal(countsAfter(settled(active, 'restarting', 'h9-boot'), stopped), 'active');
  const at = settled(active, 'recovered');
  at.evidence.boot = 'h9-boot-3';
  assert.equal(countsAfter(at, stopped), 'active');
});

void test('in the next life one that ran is started at once, and any other no sooner than nova may take', () => {
  const next = (state: VmWork['state'], settledInBoot?: string) => {
    const { incident, work } = settled(active, state, settledInBoot);
    beginNextLife(incident, BACK, NOW);
    const { tries, triedInLife, notBeforeMs } = work.inPlace;
    assert.equal(tries, 2, 'what may run elsewhere by now is known by that');
    return { triedInLife, notBeforeMs };
  };
  assert.deepEqual(next('recovered'), { triedInLife: false, notBeforeMs: 0 });
  assert.deepEqual(next('restarting', 'h9-boot'), { triedInLife: false, notBeforeMs: NOW + TRY_EVERY_MS });
  assert.deepEqual(next('not-recovered'), { triedInLife: true, notBeforeMs: 0 }, 'it stays for a person');
});
