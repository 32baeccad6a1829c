/** Which VMs should run and run nowhere, of those that Vigil is to see to. */
import { liveServers, type ServerRecord } from '../../src/cloud/model/state.ts';
import type { ClusterSettings } from '../cluster.ts';
import type { World } from '../world.ts';
import type { Released } from './released.ts';

const WANTED: ReadonlySet<ServerRecord['vmState']> = new Set(['active', 'stopped']);

export function missing(world: World, released: Released): readonly ServerRecord[] {
  return liveServers(world.nova.state).filter((server) => {
    // One that nova has set to ERROR is left to a person. What its owner has not stopped nova-compute has: it did not find
    // the guest that its host has lost.
    const isWanted = WANTED.has(server.vmState) && isProtected(server, world.cluster.settings);
    const runs = (world.guests.running.get(server.uuid)?.size ?? 0) > 0;
    return isWanted && !runs && !released.has(server.uuid);
  });
}

/** Its owner or the configuration wants it recovered. */
function isProtected({ metadata }: ServerRecord, settings: ClusterSettings): boolean {
  const wish = metadata['HA_Enabled']?.toLowerCase();
  return wish === undefined ? settings.protectByDefault : wish === 'true';
}
