/** The API status that nova derives from the states of a server (`api/openstack/common.py`). */
import type { ServerRecord } from './state.ts';

const STATUS_OF_STATE: Readonly<Record<string, string>> = {
  active: 'ACTIVE',
  building: 'BUILD',
  stopped: 'SHUTOFF',
  error: 'ERROR',
  paused: 'PAUSED',
  suspended: 'SUSPENDED',
  rescued: 'RESCUE',
  resized: 'VERIFY_RESIZE',
  shelved: 'SHELVED',
  shelved_offloaded: 'SHELVED_OFFLOADED',
  'soft-delete': 'SOFT_DELETED',
  deleted: 'DELETED',
};

export function statusOf(server: ServerRecord): string {
  const rebuilding = server.taskState?.startsWith('rebuild') === true;
  if (rebuilding && ['active', 'stopped', 'error'].includes(server.vmState)) return 'REBUILD';
  if (server.vmState === 'active' && server.taskState === 'migrating') return 'MIGRATING';
  return STATUS_OF_STATE[server.vmState] ?? 'UNKNOWN';
}
