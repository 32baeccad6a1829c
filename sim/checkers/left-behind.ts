/** VMs of a dead host that were to be recovered and are not, though there is room for them. */
import { selectHost } from '../../src/cloud/model/scheduler.ts';
import type { ServerRecord } from '../../src/cloud/model/state.ts';
import type { World } from '../world.ts';
import type { Released } from './released.ts';
import { missing } from './wanted.ts';

export function leftBehind(world: World, released: Released, victim: string): readonly string[] {
  return missing(world, released)
    .filter((server) => server.host === victim && server.vmState === 'active' && hasRoom(world, server))
    .map(({ uuid }) => uuid);
}

/** In its zone: nova does not tell which VMs may leave it. */
function hasRoom({ hosts, nova: { state } }: World, server: ServerRecord): boolean {
  const zone = state.hosts.get(server.host ?? '')?.zone;
  return [...hosts.values()].some(({ name, core }) => {
    const mayTake =
      core !== null && core.maintenance.declared === null && state.hosts.get(name)?.zone === zone;
    return mayTake && selectHost(state, { server, onlyHost: name, notHost: server.host }) === name;
  });
}
