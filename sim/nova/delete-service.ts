/** `openstack compute service delete`: of a host that has no servers any more and is in no unfinished migration. */
import { liveServers } from '../../src/cloud/model/state.ts';
import type { World } from '../world.ts';

/** `objects/migration.py` get_in_progress_by_host_and_node. */
const OVER = new Set(['confirmed', 'reverted', 'error', 'failed', 'completed', 'cancelled', 'done']);

export function deleteService(world: World, host: string): void {
  const refusal = refusalOf(world, host);
  const words = refusal ?? 'deleted';
  world.events.emit({
    event: 'answered',
    what: 'delete-service',
    host,
    ok: refusal === null,
    words,
    ends: false,
  });
  if (refusal !== null) return;
  const { state } = world.nova;
  state.services.delete(host);
  // Its resource providers and its mapping to the cell go with it.
  state.hosts.delete(host);
  world.killCompute(host);
}

function refusalOf(world: World, host: string): string | null {
  const { state } = world.nova;
  if (liveServers(state).some((server) => server.host === host)) return 'it hosts servers';
  const isUnderWay = state.migrations.some(
    ({ source, dest, status }) => (source === host || dest === host) && !OVER.has(status),
  );
  return isUnderWay ? 'it is in migrations that are under way' : null;
}
