import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCompute } from './compute-habits.ts';
import { addMigration } from './evacuation.ts';
import { DEFAULT_OPTIONS } from './options.ts';
import { createState, type ServerRecord } from './state.ts';

const server = (uuid: string): ServerRecord => ({
  uuid,
  name: uuid,
  projectId: 'p',
  userId: 'u',
  cell: 'cell1',
  flavor: { id: 'f', name: 'f', vcpus: 1, memoryMib: 512, diskGib: 1, extraSpecs: {} },
  imageId: null,
  metadata: {},
  attached: null,
  pinnedZone: null,
  createdAtMs: 0,
  updatedAtMs: 0,
  host: 'h1',
  vmState: 'active',
  taskState: 'migrating',
  powerState: 1,
  launched: true,
  locked: false,
  deleted: false,
});

void test('a live migration that was cut off is over when nova-compute of its source starts', () => {
  let ids = 0;
  const options = { ...DEFAULT_OPTIONS, clock: { nowMs: () => 0 }, newId: () => `id-${(ids += 1)}` };
  const state = createState(options, () => {});
  for (const uuid of ['cut-off', 'elsewhere']) {
    state.servers.set(uuid, server(uuid));
    addMigration(state, {
      instanceUuid: uuid,
      type: 'live-migration',
      status: 'running',
      source: 'h1',
      dest: 'h2',
    });
  }
  Object.assign(state.servers.get('elsewhere') ?? assert.fail(), { host: 'h3' });
  startCompute(state, 'h1', []);
  assert.deepEqual(
    state.migrations.map(({ status }) => status),
    ['error', 'running'],
  );
  assert.deepEqual(
    [...state.servers.values()].map(({ vmState, taskState }) => [vmState, taskState]),
    [
      ['active', null],
      ['active', 'migrating'],
    ],
  );
});
