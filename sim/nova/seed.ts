/** What nova has recorded before anything happens. */
import { allocate } from '../../src/cloud/model/scheduler.ts';
import { addHost } from '../../src/cloud/model/seed.ts';
import type { CloudState } from '../../src/cloud/model/state.ts';
import type { ServerGroup } from '../../src/core/recovery/cloud.ts';
import { CELL, type HostSpec, type ServerSpec } from '../cluster.ts';

const PROJECT = 'p';

export function seedHost(state: CloudState, spec: HostSpec): void {
  const { name, zone, vcpus, memoryMib, diskGib } = spec;
  addHost(state, { name, zone, cell: spec.cell, total: { vcpus, memoryMib, diskGib } });
  const service = state.services.get(name);
  if (service !== undefined) service.disabled = spec.disabled;
}

const STATES = {
  running: { vmState: 'active', powerState: 1 },
  paused: { vmState: 'paused', powerState: 3 },
  stopped: { vmState: 'stopped', powerState: 4 },
  error: { vmState: 'error', powerState: 0 },
} as const;

export function seedServer(state: CloudState, spec: ServerSpec): void {
  const { vm, host, vcpus, memoryMib, diskGib, extraSpecs } = spec;
  const nowMs = state.options.clock.nowMs();
  state.servers.set(vm, {
    uuid: vm,
    name: `name of ${vm}`,
    projectId: PROJECT,
    userId: PROJECT,
    cell: state.hosts.get(host)?.cell ?? CELL,
    flavor: { id: vm, name: `flavor of ${vm}`, vcpus, memoryMib, diskGib, extraSpecs },
    imageId: spec.bootedFromVolume ? null : 'image',
    attached: spec.attached,
    metadata: spec.metadata,
    pinnedZone: spec.zone,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    host,
    ...STATES[spec.state],
    taskState: spec.taskState,
    launched: true,
    locked: spec.locked,
    deleted: false,
  });
  allocate(state, vm, host);
}

export function seedGroup(state: CloudState, { id, name, policy, members }: ServerGroup): void {
  state.groups.set(id, { id, name, policy, projectId: PROJECT, members: [...members] });
}
