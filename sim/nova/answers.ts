/** nova's records as its API shows them to Vigil's drivers. */
import { freeOn } from '../../src/cloud/model/scheduler.ts';
import {
  type CloudState,
  type MigrationRecord,
  type ServerRecord,
  type ServiceRecord,
  serviceIsUp,
} from '../../src/cloud/model/state.ts';
import { statusOf } from '../../src/cloud/model/status.ts';
import { novaTime } from '../../src/cloud/nova-time.ts';
import type {
  CloudAnswer,
  CloudCall,
  CloudFailure,
  ComputeService,
  HostCapacity,
  Migration,
  Server,
  ServerGroup,
} from '../../src/core/recovery/cloud.ts';

export function serviceOf(state: CloudState, service: ServiceRecord): ComputeService {
  return {
    id: service.id,
    host: service.host,
    zone: state.hosts.get(service.host)?.zone ?? 'nova',
    state: serviceIsUp(state, service) ? 'up' : 'down',
    status: service.disabled ? 'disabled' : 'enabled',
    disabledReason: service.disabledReason,
    forcedDown: service.forcedDown,
    updatedAt: service.updatedAtMs === null ? null : novaTime(service.updatedAtMs),
  };
}

export function serverAnswer(state: CloudState, server: ServerRecord): Server {
  const { flavor } = server;
  return {
    vm: server.uuid,
    name: server.name,
    projectId: server.projectId,
    host: server.host ?? '',
    status: statusOf(server),
    vmState: server.vmState,
    taskState: server.taskState,
    powerState: server.powerState,
    zone: state.hosts.get(server.host ?? '')?.zone ?? '',
    locked: server.locked,
    bootedFromVolume: server.imageId === null,
    metadata: server.metadata,
    flavor: {
      name: flavor.name,
      vcpus: flavor.vcpus,
      memoryMib: flavor.memoryMib,
      diskGib: flavor.diskGib,
      extraSpecs: flavor.extraSpecs,
    },
  };
}

export function migrationAnswer(row: MigrationRecord): Migration {
  return {
    id: row.id,
    vm: row.instanceUuid,
    type: row.type,
    status: row.status,
    source: row.source,
    target: row.dest,
    createdAt: novaTime(row.createdAtMs),
    updatedAt: row.updatedAtMs === null ? null : novaTime(row.updatedAtMs),
  };
}

export function capacities(state: CloudState): readonly HostCapacity[] {
  return [...state.hosts.values()].map((host) => {
    const free = freeOn(state, host);
    return {
      host: host.name,
      freeVcpus: free.vcpus,
      freeMemoryMib: free.memoryMib,
      freeDiskGib: free.diskGib,
    };
  });
}

export const groupsOf = ({ groups }: CloudState): readonly ServerGroup[] =>
  [...groups.values()].map(({ id, name, policy, members }) => ({ id, name, policy, members: [...members] }));

export function failed(
  call: CloudCall['call'],
  code: CloudFailure['code'],
  status: number | null,
  detail: string,
): CloudAnswer {
  return { call, ok: false, failure: { code, service: 'nova', status, requestId: null, detail } };
}

const CODES: Readonly<Record<number, CloudFailure['code']>> = {
  400: 'bad-request',
  403: 'forbidden',
  404: 'not-found',
  409: 'conflict',
};

/** Refused by nova with a status of HTTP. */
export const refused = (call: CloudCall['call'], status: number, detail: string): CloudAnswer =>
  failed(call, CODES[status] ?? 'server-error', status, detail);

/** A proxy answers in nova's place, which has done, or will do, what it was asked. */
export const gatewayTimeout = (call: CloudCall['call']): CloudAnswer =>
  failed(call, 'server-error', 504, 'Gateway Timeout');
