import assert from 'node:assert/strict';
import { test } from 'node:test';
import { server } from '../../../test/world/fixtures.ts';
import { setUp } from '../../../test/world/planning.ts';
import { Pump } from '../../../test/world/pump.ts';
import type { CloudAnswer, CloudFailure, CloudResults } from './cloud.ts';
import { confirmEnded, ENDED, GONE } from './confirm-ended.ts';
import { createVmWork, type VmWork } from './incident.ts';

const NOT_FOUND: CloudFailure = {
  code: 'not-found',
  service: 'nova',
  status: 404,
  requestId: null,
  detail: 'no such VM',
};

type Found = Partial<CloudResults['get-server']> | null;

/** What is made of a VM of which this was known, so long after it was last asked for, where nova shows this. */
function made(known: Partial<VmWork>, found: Found, afterMs = 0): { work: VmWork; asked: number } {
  const { core, incident } = setUp();
  const work = { ...createVmWork('vm', 'vm'), ...known, askedMs: core.now - afterMs };
  incident.vms.set('vm', work);
  const pump = new Pump(core, (effect) => {
    if (effect.do !== 'cloud' || effect.call.call !== 'get-server') return null;
    const { call } = effect.call;
    const answer: CloudAnswer<'get-server'> =
      found === null
        ? { call, ok: false, failure: NOT_FOUND }
        : { call, ok: true, value: server('vm', found) };
    return { result: { of: 'cloud', answer } };
  });
  pump.run(confirmEnded(core, incident), 5_000);
  return { work, asked: pump.did('cloud').length };
}

const ended: Partial<VmWork> = { state: 'evacuating', reason: ENDED, target: 'h4' };
const lies: Partial<VmWork> = { state: 'not-recovered', reason: '', target: 'h4', settledElsewhere: true };

void test('a VM is recovered once it runs on its new host, also while it is copied or moved on', () => {
  const running: readonly Found[] = [
    {},
    { taskState: 'image_uploading' },
    { taskState: 'migrating', status: 'MIGRATING' },
    { vmState: 'paused', status: 'PAUSED' },
  ];
  for (const found of running) {
    const { work } = made(ended, { host: 'h4', ...found });
    assert.deepEqual([work.state, work.target], ['recovered', 'h4'], JSON.stringify(found));
  }
});

void test('… and not while nova is at something that may stop it', () => {
  for (const found of [
    { taskState: 'powering-off' },
    { taskState: 'rebuild_spawning', status: 'REBUILD' },
    { host: 'h9' },
  ] as const) {
    const { work } = made(ended, { host: 'h4', ...found });
    assert.equal(work.state, 'evacuating', JSON.stringify(found));
  }
});

void test('one in ERROR is for a person, whatever nova says it is at; so is one that lies stopped', () => {
  for (const [found, words] of [
    [{ status: 'ERROR', vmState: 'error', taskState: 'reboot_started_hard' }, /in ERROR on h4/],
    [{ status: 'SHUTOFF', vmState: 'stopped' }, /lies stopped on h4/],
  ] as const) {
    const { work } = made({ state: 'evacuating', reason: GONE }, { host: 'h4', ...found });
    assert.deepEqual([work.state, work.target, work.settledElsewhere], ['not-recovered', 'h4', true]);
    assert.match(work.reason ?? '', words);
  }
});

void test('one that lies elsewhere is asked for again once a minute, and is recovered when somebody has started it', () => {
  assert.equal(made(lies, { host: 'h4' }, 59_000).asked, 0);
  const { work } = made(lies, { host: 'h4' }, 60_000);
  assert.deepEqual([work.state, work.reason, work.settledElsewhere], ['recovered', null, false]);
  assert.equal(
    made(lies, { host: 'h4', vmState: 'stopped', status: 'SHUTOFF' }, 60_000).work.state,
    'not-recovered',
  );
});

void test('one that has been deleted is nowhere, and asked for no more', () => {
  const { work } = made(lies, null, 60_000);
  assert.deepEqual(
    [work.state, work.target, work.reason],
    ['not-recovered', null, 'it has been deleted since'],
  );
  assert.equal(made(work, null, 60_000).asked, 0);
});
