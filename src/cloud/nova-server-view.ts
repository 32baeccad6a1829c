/** How nova shows a server (`views/servers.py`). */
import { novaTime } from './nova-time.ts';
import { statusOf } from './model/status.ts';
import type { CloudState, ServerRecord } from './model/state.ts';

export interface Visibility {
  readonly minor: number;
  readonly hostShown: boolean;
}

export function serverView(state: CloudState, server: ServerRecord, visible: Visibility): unknown {
  const host = server.host === null ? undefined : state.hosts.get(server.host);
  return {
    id: server.uuid,
    name: server.name,
    status: statusOf(server),
    tenant_id: server.projectId,
    user_id: server.userId,
    created: new Date(server.createdAtMs).toISOString(),
    updated: new Date(server.updatedAtMs).toISOString(),
    metadata: server.metadata,
    image: server.imageId === null ? '' : { id: server.imageId, links: [] },
    flavor: flavorView(server, visible.minor),
    addresses: {},
    links: [],
    'OS-EXT-AZ:availability_zone': host?.zone ?? '',
    'OS-EXT-STS:vm_state': server.vmState,
    'OS-EXT-STS:task_state': server.taskState,
    'OS-EXT-STS:power_state': server.powerState,
    'OS-SRV-USG:launched_at': server.launched ? novaTime(server.createdAtMs) : null,
    'os-extended-volumes:volumes_attached': [],
    ...(visible.minor >= 9 ? { locked: server.locked } : {}),
    ...(visible.hostShown
      ? { 'OS-EXT-SRV-ATTR:host': server.host, 'OS-EXT-SRV-ATTR:hypervisor_hostname': server.host }
      : {}),
  };
}

function flavorView(server: ServerRecord, minor: number): unknown {
  const { flavor } = server;
  if (minor < 47) return { id: flavor.id, links: [] };
  return {
    original_name: flavor.name,
    vcpus: flavor.vcpus,
    ram: flavor.memoryMib,
    disk: flavor.diskGib,
    ephemeral: 0,
    swap: 0,
    extra_specs: flavor.extraSpecs,
  };
}

/** What is known of a server whose cell does not answer (2.69). */
export function serverStub(server: ServerRecord): unknown {
  return {
    id: server.uuid,
    status: 'UNKNOWN',
    tenant_id: server.projectId,
    created: new Date(server.createdAtMs).toISOString(),
    links: [],
  };
}
