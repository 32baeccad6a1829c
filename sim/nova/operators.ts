/** What owners and administrators do to nova past Vigil. What nova refuses them does not happen. */
import { addMigration } from '../../src/cloud/model/evacuation.ts';
import { allocate, release } from '../../src/cloud/model/scheduler.ts';
import {
  sendOrder,
  serverOf,
  type ServerRecord,
  touchMigration,
  touchServer,
  touchService,
} from '../../src/cloud/model/state.ts';
import { deleteService } from './delete-service.ts';
import type { OperatorAction } from '../actions/action.ts';
import type { World } from '../world.ts';

type NovaAction = Exclude<
  OperatorAction,
  { readonly do: 'confirm-dead' | 'maintenance' | 'free-slot' | 'create-vm' }
>;

const LIVE_MIGRATION_MS = 10_000;
/** `compute/api.py` stop and start: refused while nova is at something else, and out of any other state. */
const STOPS_FROM: ReadonlySet<ServerRecord['vmState']> = new Set(['active', 'error']);

export function actOnNova(world: World, action: NovaAction): void {
  const { state } = world.nova;
  if ('host' in action) {
    const service = state.services.get(action.host);
    if (service === undefined) return;
    if (action.do === 'delete-service') {
      deleteService(world, action.host);
      return;
    }
    if (action.do === 'force-down' || action.do === 'force-up') {
      touchService(state, service, { forcedDown: action.do === 'force-down' });
      const { host } = action;
      if (service.forcedDown) world.nova.forcedByHand.add(host);
      else world.nova.forcedByHand.delete(host);
      world.events.emit({ event: 'forced', host, down: service.forcedDown, byVigil: false });
    } else touchService(state, service, { disabled: action.do === 'disable' });
    return;
  }
  const server = serverOf(state, action.vm);
  if (server === null) return;
  const host = server.host ?? '';
  switch (action.do) {
    case 'evacuate-by-hand':
      world.nova.evacuate(action.vm, action.to, false);
      return;
    case 'migrate':
      migrate(world, action.vm, host, action.to);
      return;
    case 'stop-vm':
      if (server.taskState !== null || !STOPS_FROM.has(server.vmState)) return;
      touchServer(state, server, { taskState: 'powering-off' });
      whenServed(world, server, () => {
        world.guests.stop(action.vm, host);
        touchServer(state, server, { vmState: 'stopped', powerState: 4, taskState: null });
      });
      return;
    case 'start-vm':
      if (server.taskState !== null || server.vmState !== 'stopped') return;
      touchServer(state, server, { taskState: 'powering-on' });
      whenServed(world, server, () => {
        world.guests.start(action.vm, host);
        touchServer(state, server, { vmState: 'active', powerState: 1, taskState: null });
      });
      return;
    case 'delete-vm':
      touchServer(state, server, { deleted: true, vmState: 'deleted', taskState: null });
      state.allocations.delete(server.uuid);
      sendOrder(state, host, 'destroy', server);
      return;
    case 'guest-dies':
      for (const name of world.hosts.keys()) world.guests.stop(action.vm, name);
      return;
    case 'reset-vm':
      touchServer(state, server, { vmState: 'active', taskState: null });
      return;
    case 'set-metadata':
      touchServer(state, server, { metadata: { ...server.metadata, [action.key]: action.value } });
  }
}

const RETRY_MS = 1_000;

/** The message waits on the bus, and what a dead nova-compute was at is done by the next (`_init_instance`). */
function whenServed(world: World, server: ServerRecord, run: () => void): void {
  const { host, taskState } = server;
  const isAsked = (): boolean => server.host === host && server.taskState === taskState && !server.deleted;
  const tryIt = (): void => {
    if (!isAsked()) return;
    world.clock.after(RETRY_MS, tryIt);
    world.nova.compute(host ?? '').act(() => {
      if (isAsked()) run();
    });
  };
  tryIt();
}

function isMigrationRefused({ nova }: World, server: ServerRecord, from: string, to: string): boolean {
  const { services } = nova.state;
  const isIdle = server.vmState === 'active' && server.taskState === null;
  const isThere = services.has(to) && services.has(from) && from !== to;
  return !isThere || !isIdle || nova.compute(from).runs(server.uuid) !== true;
}

/** The guest is paused at the one end before it goes on at the other: it runs at one of them. */
function migrate(world: World, vm: string, from: string, to: string): void {
  const { state } = world.nova;
  const server = serverOf(state, vm);
  if (server === null || isMigrationRefused(world, server, from, to)) {
    world.events.emit({ event: 'migration-refused', vm });
    return;
  }
  const row = addMigration(state, {
    instanceUuid: vm,
    type: 'live-migration',
    status: 'running',
    source: from,
    dest: to,
  });
  touchServer(state, server, { taskState: 'migrating' });
  allocate(state, vm, to);
  const targetLives = world.nova.compute(to).lives();
  world.nova.compute(from).act(() => {
    if (server.host !== from || server.taskState !== 'migrating') return;
    if (!targetLives()) {
      release(state, vm, to);
      touchMigration(state, row, { status: 'error' });
      touchServer(state, server, { taskState: null });
      return;
    }
    world.guests.stop(vm, from);
    world.guests.start(vm, to);
    release(state, vm, from);
    touchServer(state, server, { host: to, taskState: null });
    touchMigration(state, row, { status: 'completed' });
  }, LIVE_MIGRATION_MS);
}
