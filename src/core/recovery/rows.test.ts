import assert from 'node:assert/strict';
import { test } from 'node:test';
import { row } from '../../../test/world/fixtures.ts';
import type { Migration } from './cloud.ts';
import {
  evacuationsAfter,
  highestId,
  isEndedWell,
  isFailedEvacuation,
  isOpenEvacuation,
  isOpenLiveMigration,
} from './rows.ts';

const STATUSES = [
  'accepted',
  'queued',
  'preparing',
  'pre-migrating',
  'migrating',
  'running',
  'post-migrating',
  'done',
  'completed',
  'failed',
  'error',
  'cancelled',
];

void test('an evacuation is open, ended well or failed, and never two of them', () => {
  for (const status of STATUSES) {
    const one = row(1, 'vm', { status });
    const states = [isOpenEvacuation(one), isEndedWell(one), isFailedEvacuation(one)];
    assert.equal(states.filter(Boolean).length, 1, status);
  }
  const of = (wanted: (one: Migration) => boolean) =>
    STATUSES.filter((status) => wanted(row(1, 'vm', { status })));
  assert.deepEqual(of(isEndedWell), ['done', 'completed']);
  assert.deepEqual(of(isFailedEvacuation), ['failed', 'error', 'cancelled']);
});

void test('rows of other kinds are none of these', () => {
  for (const type of ['live-migration', 'migration', 'resize'] as const) {
    for (const status of STATUSES) {
      const one = row(1, 'vm', { type, status });
      assert.ok(!isOpenEvacuation(one) && !isEndedWell(one) && !isFailedEvacuation(one));
      if (type !== 'live-migration') assert.ok(!isOpenLiveMigration(one, 'h9'));
    }
  }
  for (const status of [
    'accepted',
    'queued',
    'preparing',
    'running',
    'running (post-copy)',
    'post-migrating',
  ])
    assert.ok(
      isOpenLiveMigration(row(1, 'vm', { type: 'live-migration', status, source: 'h3' }), 'h3'),
      status,
    );
  const led = row(1, 'vm', { type: 'live-migration', status: 'running', source: 'h2', target: 'h3' });
  assert.ok(!isOpenLiveMigration(led, 'h3'), 'it has led to where the VM is now');
  for (const status of ['completed', 'error', 'cancelled', 'failed'])
    assert.ok(
      !isOpenLiveMigration(row(1, 'vm', { type: 'live-migration', status, source: 'h3' }), 'h3'),
      status,
    );
});

void test('evacuations of one VM after a record, newest first', () => {
  const rows = [
    row(3, 'vm'),
    row(9, 'vm'),
    row(5, 'other'),
    row(7, 'vm', { type: 'live-migration' }),
    row(8, 'vm'),
  ];
  assert.deepEqual(
    evacuationsAfter(rows, 'vm', 3).map(({ id }) => id),
    [9, 8],
  );
  assert.equal(highestId(rows), 9);
  assert.equal(highestId([]), 0);
});
