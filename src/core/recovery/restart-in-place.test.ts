import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Migration, NOT_RUNNING, type Server } from './cloud.ts';
import { type InPlaceContext, inPlace, judgeGuest } from './restart-in-place.ts';

const server = (change: Partial<Server> = {}): Server => ({
  vm: 'vm',
  name: 'vm',
  projectId: 'p',
  host: 'h1',
  status: 'ACTIVE',
  vmState: 'active',
  taskState: null,
  powerState: 1,
  zone: 'nova',
  locked: false,
  bootedFromVolume: false,
  metadata: {},
  flavor: { name: 'f', vcpus: 1, memoryMib: 1, diskGib: 1, extraSpecs: {} },
  ...change,
});

const row = (change: Partial<Migration>): Migration => ({
  id: 7,
  vm: 'vm',
  type: 'live-migration',
  status: 'running',
  source: 'h1',
  target: 'h2',
  createdAt: '',
  updatedAt: null,
  ...change,
});

const context = (change: Partial<InPlaceContext> = {}): InPlaceContext => ({
  recovery: { acceptedProofs: [], ordersPerTargetMax: 1, protectByDefault: true, sharedStorage: false },
  before: server(),
  rowsBefore: [],
  rows: [],
  cutOff: null,
  evacuationFailed: false,
  tried: false,
  triedInLife: false,
  ...change,
});

const isOf = (change: Partial<Server>, more: Partial<InPlaceContext> = {}): string =>
  inPlace(server(change), context(more)).is;

void test('what was ACTIVE without a task is to run, whatever keeps nova from evacuating it', () => {
  assert.equal(isOf({}), 'to-run');
  const extraSpecs = { 'hw:tpm_version': '2.0', 'accel:device_profile': 'x' };
  assert.equal(isOf({ flavor: { ...server().flavor, extraSpecs } }), 'to-run');
  assert.equal(isOf({ locked: true }), 'to-run');
});

void test('what was anything else stays as it is, with the reason', () => {
  for (const vmState of 'stopped error paused suspended rescued resized building shelved soft-delete'.split(
    ' ',
  )) {
    for (const before of [server({ vmState }), null]) {
      const rule = inPlace(server({ vmState }), context({ before }));
      assert.ok(rule.is === 'left' && rule.reason !== '', vmState);
    }
  }
});

void test('work that was to end with it not running here is not undone', () => {
  const tasks = 'powering-off deleting soft-deleting suspending pausing shelving rescuing resize_prep';
  for (const taskState of tasks.split(' ')) {
    assert.equal(isOf({}, { before: server({ taskState }) }), 'left', taskState);
    assert.equal(isOf({ taskState }, { before: null }), 'left', taskState);
  }
  assert.equal(isOf({}, { before: server({ taskState: 'image_uploading' }) }), 'to-run');
  assert.equal(isOf({ taskState: 'reboot_started_hard' }), 'busy');
});

void test('HA_Enabled is honoured both ways', () => {
  assert.equal(isOf({ metadata: { HA_Enabled: 'false' } }), 'left');
  const recovery = { ...context().recovery, protectByDefault: false };
  assert.equal(isOf({}, { recovery }), 'left');
  assert.equal(isOf({ metadata: { HA_Enabled: 'True' } }, { recovery }), 'to-run');
});

void test('stopped since: by nova-compute, as long as it was active before and Vigil has not started it', () => {
  assert.equal(isOf({ vmState: 'stopped' }), 'to-run');
  assert.equal(isOf({ vmState: 'stopped' }, { tried: true, triedInLife: true }), 'left');
  assert.equal(
    isOf({ vmState: 'stopped' }, { tried: true }),
    'to-run',
    'that was before its host booted again',
  );
  assert.equal(isOf({ vmState: 'stopped' }, { before: null }), 'left');
});

void test('in ERROR since: tried again only when it was Vigil that tried', () => {
  assert.equal(isOf({ vmState: 'error' }), 'left');
  assert.equal(isOf({ vmState: 'error' }, { tried: true }), 'to-run');
  assert.equal(isOf({ vmState: 'error' }, { tried: true, before: null }), 'to-run');
});

void test('in ERROR by an evacuation that failed it is to run, also where nobody knows what it was', () => {
  assert.equal(isOf({ vmState: 'error' }, { evacuationFailed: true }), 'to-run');
  const before = server({ vmState: 'error' });
  for (const known of [before, null])
    assert.equal(isOf({ vmState: 'error' }, { evacuationFailed: true, before: known }), 'to-run');
  assert.equal(isOf({ vmState: 'error' }, { before }), 'left');
});

void test('a live migration that was cut off leaves it where nobody knows: a person has to look, and is told what to do', () => {
  assert.equal(isOf({}, { rows: [row({})] }), 'by-hand');
  assert.equal(isOf({}, { rowsBefore: [row({})], rows: [row({ status: 'error' })] }), 'by-hand');
  assert.equal(isOf({}, { before: null, rows: [row({ status: 'error' })] }), 'by-hand');
  assert.equal(isOf({}, { before: server({ taskState: 'migrating' }) }), 'by-hand');
  assert.equal(isOf({ taskState: 'migrating' }, { before: null }), 'by-hand');
  assert.equal(isOf({ vmState: 'stopped' }, { rowsBefore: [row({})] }), 'by-hand', 'as nova found it');
  assert.equal(isOf({ metadata: { HA_Enabled: 'False' } }, { rows: [row({})] }), 'left');
  const rule = inPlace(server(), context({ rows: [row({})] }));
  assert.ok(rule.is === 'by-hand' && /h2 .*reboot --hard vm;.*HA_Enabled=False/.test(rule.reason));
  assert.equal(isOf({}, { rows: [row({ status: 'error' })] }), 'to-run', 'it had ended before the failure');
  const later = row({ id: 9, status: 'completed' });
  assert.equal(isOf({}, { before: null, rows: [row({ status: 'error' }), later] }), 'to-run');
  assert.equal(isOf({}, { rows: [row({ vm: 'another' })] }), 'to-run');
});

void test('an open evacuation is waited for', () => {
  assert.equal(isOf({}, { rows: [row({ type: 'evacuation', status: 'accepted' })] }), 'busy');
  assert.equal(isOf({}, { rows: [row({ type: 'evacuation', status: 'failed' })] }), 'to-run');
});

void test('an evacuation that was cut off, and completed all the same, is for a person', () => {
  const completed = row({ type: 'evacuation', status: 'completed' });
  for (const taskState of ['rebuilding', 'rebuild_spawning'])
    assert.equal(isOf({ taskState }, { rows: [completed] }), 'held');
  assert.equal(isOf({ taskState: 'rebuilding' }), 'busy');
  assert.equal(
    isOf({ taskState: 'rebuilding' }, { rows: [completed, row({ type: 'evacuation', id: 8 })] }),
    'busy',
  );
  assert.equal(isOf({}, { rows: [completed] }), 'to-run', 'by the word of whoever reset its state');
});

void test('a guest that runs is never started, one with memory to lose is left to a person', () => {
  const is = (state: string, powerState = 1, before: Server | null = server()): string =>
    judgeGuest(state, server({ powerState }), before).is;
  assert.equal(is('running'), 'running');
  for (const state of [NOT_RUNNING, 'shutdown', 'crashed']) assert.equal(is(state), 'down');
  for (const state of ['paused', 'suspended', 'pending', 'something new']) assert.equal(is(state), 'unclear');
  assert.equal(is(NOT_RUNNING, 3), 'unclear', 'paused since the boot, by what nova has seen');
  assert.equal(is(NOT_RUNNING, 7, null), 'unclear');
  assert.equal(is(NOT_RUNNING, 3, server({ powerState: 3 })), 'down', 'a record from before the boot');
  assert.equal(is(NOT_RUNNING, 4), 'down');
});

void test('of a task that may never end, since nova clears it of no VM in ERROR, it is said what would end it', () => {
  const failed = { evacuationFailed: true, before: null };
  const words = (change: Partial<Server>): string => {
    const rule = inPlace(server({ taskState: 'reboot_started_hard', ...change }), context(failed));
    return rule.is === 'busy' ? rule.reason : assert.fail(rule.is);
  };
  assert.equal(words({ vmState: 'active' }), 'nova is at work on it: reboot_started_hard');
  assert.match(words({ vmState: 'error' }), /if it stays so, openstack server set --state active vm/);
  const other = { vmState: 'error', taskState: 'deleting' };
  assert.equal(words(other), 'nova is at work on it: deleting', 'that is no start of Vigil’s');
});

void test('what is being evacuated is told of as that, whatever nova calls its task', () => {
  const open = row({ type: 'evacuation', status: 'accepted' });
  const taskState = 'reboot_started_hard';
  const rule = inPlace(
    server({ vmState: 'error', taskState }),
    context({ rows: [open], evacuationFailed: true }),
  );
  assert.equal(rule.is === 'busy' && rule.reason.startsWith('evacuation 7 is open'), true);
});
