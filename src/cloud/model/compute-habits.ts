/**
 * What a nova-compute does besides rebuilding: report, start up, build new servers (nova `compute/manager.py`
 * init_host, _destroy_evacuated_instances, _init_instance, _sync_power_states).
 */
import { rebuildStep, type RebuildStep } from './evacuation.ts';
import { release } from './scheduler.ts';
import {
  type CloudState,
  type ComputeOrder,
  liveServers,
  type MigrationRecord,
  sendOrder,
  serverOf,
  type ServerRecord,
  touchMigration,
  touchServer,
  touchService,
} from './state.ts';

const OPEN_FOR_SOURCE = new Set(['accepted', 'pre-migrating', 'done']);

export function reportAlive(state: CloudState, host: string): boolean {
  const service = state.services.get(host);
  if (service === undefined) return false;
  touchService(state, service, { lastReportAtMs: state.options.clock.nowMs() });
  return true;
}

/** Messages a nova-compute takes off the bus; once taken they are not given again. */
export function takeOrders(state: CloudState, host: string): readonly ComputeOrder[] {
  const orders = state.orders.get(host) ?? [];
  state.orders.delete(host);
  for (const order of orders) state.taken.set(order.id, { host, order });
  return orders;
}

/** A result for an order; answers whether the guest is to stay. */
export function endStep(state: CloudState, host: string, orderId: string, step: RebuildStep): boolean {
  const taken = state.taken.get(orderId);
  if (taken === undefined || taken.host !== host) return false;
  const { order } = taken;
  if (step !== 'claimed') state.taken.delete(orderId);
  if (order.kind === 'destroy') return false;
  if (order.kind === 'reboot') return rebootStep(state, host, order, step);
  return order.kind === 'rebuild'
    ? rebuildStep(state, host, order, step)
    : buildStep(state, host, order, step);
}

export function endDiagnosis(state: CloudState, host: string, orderId: string, runs: boolean): void {
  if (state.taken.get(orderId)?.host !== host) return;
  state.taken.delete(orderId);
  state.diagnoses.get(orderId)?.(runs);
}

/** The API's part of a hard reboot after all checks: a message is on its way to nova-compute, nothing more. */
export function acceptHardReboot(state: CloudState, server: ServerRecord): void {
  touchServer(state, server, { taskState: 'rebooting_hard' });
  if (server.host !== null) sendOrder(state, server.host, 'reboot', server);
}

/** `_reboot_instance`: whatever the guest did before, it is started; one that does not start is in ERROR. */
function rebootStep(state: CloudState, host: string, order: ComputeOrder, step: RebuildStep): boolean {
  const server = serverOf(state, order.vm);
  if (server === null || server.host !== host || server.taskState?.startsWith('reboot') !== true)
    return false;
  if (step === 'claimed') {
    touchServer(state, server, { taskState: 'reboot_started_hard' });
    return true;
  }
  const runs = step === 'spawned';
  touchServer(state, server, { vmState: runs ? 'active' : 'error', taskState: null });
  if (runs) touchServer(state, server, { powerState: 1 });
  return runs;
}

/** A new guest, or one that a host starts again after its boot. */
function buildStep(state: CloudState, host: string, order: ComputeOrder, step: RebuildStep): boolean {
  const server = serverOf(state, order.vm);
  if (server === null || server.host !== host) return false;
  // Meanwhile it may be on its way to another host.
  if (order.kind === 'resume' && (server.taskState !== null || server.vmState !== 'active')) return false;
  if (step === 'claimed') return true;
  const runs = step === 'spawned';
  touchServer(state, server, { vmState: runs ? 'active' : 'error', taskState: null, launched: runs });
  if (runs) touchServer(state, server, { powerState: 1 });
  return runs;
}

/**
 * nova-compute starts with these guests on its host. Answers which of them it destroys: those that were evacuated away,
 * for any row that names this host as source and is `accepted`, `pre-migrating` or `done`.
 */
export function startCompute(state: CloudState, host: string, guests: readonly string[]): readonly string[] {
  reportAlive(state, host);
  // What the dead process had taken is lost.
  for (const [id, taken] of state.taken) if (taken.host === host) state.taken.delete(id);
  const evacuated = destroyEvacuated(state, host);
  for (const server of liveServers(state)) {
    if (server.host === host && !evacuated.has(server.uuid)) initServer(state, server, guests);
  }
  return guests.filter((vm) => evacuated.has(vm) || serverOf(state, vm) === null);
}

/** It keeps one record a VM, the last one: others stay as they are. */
function destroyEvacuated(state: CloudState, host: string): ReadonlySet<string> {
  const evacuated = new Map<string, MigrationRecord>();
  for (const row of state.migrations)
    if (row.type === 'evacuation' && row.source === host && OPEN_FOR_SOURCE.has(row.status))
      evacuated.set(row.instanceUuid, row);
  for (const [vm, row] of evacuated) {
    release(state, vm, host);
    touchMigration(state, row, { status: 'completed' });
  }
  return new Set(evacuated.keys());
}

function initServer(state: CloudState, server: ServerRecord, guests: readonly string[]): void {
  if (server.vmState === 'error') return;
  if (server.taskState?.startsWith('rebuild') === true) {
    touchServer(state, server, { vmState: 'error', taskState: null });
    return;
  }
  // `_retry_reboot`: one that was cut off is begun again.
  if (server.taskState === 'reboot_started_hard') {
    sendOrder(state, server.host ?? '', 'reboot', server);
    return;
  }
  if (server.taskState === 'migrating') resetLiveMigration(state, server);
  if (server.vmState !== 'active' || guests.includes(server.uuid) || !server.launched) return;
  if (state.options.resumeGuestsOnHostBoot) sendOrder(state, server.host ?? '', 'resume', server);
}

/** `_reset_live_migration`: one that was cut off is over, wherever its guest is. */
function resetLiveMigration(state: CloudState, server: ServerRecord): void {
  const row = state.migrations.find(
    ({ type, status, instanceUuid }) =>
      type === 'live-migration' && status === 'running' && instanceUuid === server.uuid,
  );
  if (row !== undefined) touchMigration(state, row, { status: 'error' });
  touchServer(state, server, { taskState: null });
}

/** A guest that should run and does not is taken for stopped by its user; one that runs is left alone. */
export function syncPowerStates(state: CloudState, host: string, guests: readonly string[]): void {
  const busy = new Set([...state.taken.values()].map((taken) => taken.order.vm));
  const waiting = new Set((state.orders.get(host) ?? []).map((order) => order.vm));
  for (const server of liveServers(state)) {
    const settled = server.host === host && server.vmState === 'active' && server.taskState === null;
    if (!settled || busy.has(server.uuid) || waiting.has(server.uuid)) continue;
    if (!guests.includes(server.uuid)) touchServer(state, server, { vmState: 'stopped', powerState: 4 });
  }
}
