/**
 * Nova's evacuation, bad habits included (nova `conductor/manager.py` rebuild_instance, `compute/manager.py`
 * rebuild_instance, `compute/resource_tracker.py` finish_evacuation).
 *
 *   accepted ──conductor──▶ (bus) ──claim──▶ pre-migrating ──spawn──▶ host written ──▶ done
 *      └─ no valid host: error, VM ERROR        └─ failed, VM ERROR
 *                               └─ claim refused: failed, VM as before
 *
 * Nothing has a time-out and nothing is tried twice: a target that dies leaves its row open for ever.
 */
import { assertNever } from '../../core/lib/assert-never.ts';
import { allocate, release, selectHost } from './scheduler.ts';
import {
  type CloudState,
  type ComputeOrder,
  type MigrationRecord,
  sendOrder,
  serverOf,
  type ServerRecord,
  touchMigration,
  touchServer,
} from './state.ts';

export interface EvacuationRequest {
  readonly server: ServerRecord;
  readonly target: string | null;
  readonly requestId: string;
  readonly stopAfterwards: boolean;
}

/** The API's part after all checks (`compute/api.py` evacuate): the task state is overwritten, whatever it was. */
export function acceptEvacuation(state: CloudState, request: EvacuationRequest): void {
  const { server } = request;
  const nowMs = state.options.clock.nowMs();
  touchServer(state, server, { taskState: 'rebuilding' });
  state.actions.push({
    instanceUuid: server.uuid,
    action: 'evacuate',
    requestId: request.requestId,
    projectId: server.projectId,
    startedAtMs: nowMs,
    message: null,
  });
  addMigration(state, {
    instanceUuid: server.uuid,
    type: 'evacuation',
    status: 'accepted',
    source: server.host ?? '',
    dest: request.target,
  });
  waitForScheduler(state, server.uuid, 1);
  state.after(state.options.conductorDelayMs, () => askScheduler(state, request, state.options.rpcTimeoutMs));
}

function waitForScheduler({ unscheduled }: CloudState, vm: string, more: 1 | -1): void {
  const count = (unscheduled.get(vm) ?? 0) + more;
  if (count > 0) unscheduled.set(vm, count);
  else unscheduled.delete(vm);
}

const SCHEDULER_RETRY_MS = 1_000;

/**
 * The question waits in the scheduler's queue. Nobody handles the time-out after which the conductor gives up: the row
 * stays `accepted` and the VM `rebuilding`, for ever.
 */
function askScheduler(state: CloudState, request: EvacuationRequest, leftMs: number): void {
  if (!state.schedulerUp && leftMs > 0) {
    state.after(SCHEDULER_RETRY_MS, () => askScheduler(state, request, leftMs - SCHEDULER_RETRY_MS));
    return;
  }
  waitForScheduler(state, request.server.uuid, -1);
  if (state.schedulerUp) conduct(state, request);
}

export function addMigration(
  state: CloudState,
  row: Pick<MigrationRecord, 'instanceUuid' | 'type' | 'status' | 'source' | 'dest'>,
): MigrationRecord {
  const id = (state.migrations.at(-1)?.id ?? 0) + 1;
  const createdAtMs = state.options.clock.nowMs();
  const migration: MigrationRecord = {
    ...row,
    id,
    uuid: state.options.newId(),
    createdAtMs,
    updatedAtMs: null,
  };
  state.migrations.push(migration);
  return migration;
}

/**
 * The conductor works on the first `accepted` row of the VM (db `migration_get_by_instance_and_status`), which need not
 * be the row of this request.
 */
function conduct(state: CloudState, request: EvacuationRequest): void {
  const server = serverOf(state, request.server.uuid);
  if (server === null) return;
  const row = state.migrations.find(
    (migration) =>
      migration.instanceUuid === server.uuid &&
      migration.type === 'evacuation' &&
      migration.status === 'accepted',
  );
  const host = selectHost(state, { server, onlyHost: request.target, notHost: server.host });
  if (host === null) {
    if (row !== undefined) touchMigration(state, row, { status: 'error' });
    touchServer(state, server, { vmState: 'error', taskState: null });
    noteAction(state, request.requestId, 'No valid host was found.');
    return;
  }
  allocate(state, server.uuid, host);
  const migrationId = row?.id ?? null;
  sendOrder(state, host, 'rebuild', server, { migrationId, stopAfterwards: request.stopAfterwards });
}

export type RebuildStep = 'claimed' | 'claim-failed' | 'spawned' | 'spawn-failed';

/** What the target's nova-compute reports while it rebuilds. */
export function rebuildStep(
  state: CloudState,
  host: string,
  order: ComputeOrder,
  step: RebuildStep,
): boolean {
  const server = serverOf(state, order.vm);
  const row = state.migrations.find((migration) => migration.id === order.migrationId);
  if (server === null) return false;
  switch (step) {
    case 'claimed':
      return claimed(state, host, server, row);
    case 'claim-failed':
      // The VM is as before, because nothing has touched it yet.
      if (row !== undefined) touchMigration(state, row, { status: 'failed' });
      touchServer(state, server, { taskState: null });
      release(state, server.uuid, host);
      return false;
    case 'spawn-failed':
      return failRebuild(state, host, server, row);
    case 'spawned':
      return spawned(state, host, order, server, row);
    default:
      return assertNever(step);
  }
}

/** Two rebuilds of one VM trip over each other's task states; the later one fails and takes the VM to ERROR. */
function claimed(
  state: CloudState,
  host: string,
  server: ServerRecord,
  row: MigrationRecord | undefined,
): boolean {
  if (row !== undefined) touchMigration(state, row, { status: 'pre-migrating', dest: host });
  if (server.taskState !== 'rebuilding') return failRebuild(state, host, server, row);
  touchServer(state, server, { taskState: 'rebuild_spawning' });
  return true;
}

function spawned(
  state: CloudState,
  host: string,
  order: ComputeOrder,
  server: ServerRecord,
  row: MigrationRecord | undefined,
): boolean {
  if (server.taskState !== 'rebuild_spawning') return failRebuild(state, host, server, row);
  // A VM that was stopped is booted and stopped again; at 2.95 every VM is, except out of ERROR.
  const stops = server.vmState === 'stopped' || (order.stopAfterwards && server.vmState !== 'error');
  touchServer(state, server, {
    vmState: stops ? 'stopped' : 'active',
    taskState: null,
    powerState: stops ? 4 : 1,
    launched: true,
    host,
  });
  // The host is written first and the row ends afterwards: in between the row is still open.
  state.after(state.options.finishDelayMs, () => {
    if (row !== undefined) touchMigration(state, row, { status: 'done' });
  });
  return true;
}

function failRebuild(
  state: CloudState,
  host: string,
  server: ServerRecord,
  row: MigrationRecord | undefined,
): false {
  if (row !== undefined) touchMigration(state, row, { status: 'failed' });
  touchServer(state, server, { vmState: 'error', taskState: null });
  if (server.host !== host) release(state, server.uuid, host);
  return false;
}

function noteAction(state: CloudState, requestId: string, message: string): void {
  const action = state.actions.find((candidate) => candidate.requestId === requestId);
  if (action !== undefined) action.message = message;
}
