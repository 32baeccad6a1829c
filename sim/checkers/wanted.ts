/** Which VMs should run and run nowhere, of those that Vigil is to see to. */
import { liveServers, type ServerRecord } from '../../src/cloud/model/state.ts';
import type { ClusterSettings } from '../cluster.ts';
import type { World } from '../world.ts';
import type { Released } from './released.ts';

export function missing(world: World, released: Released): readonly ServerRecord[] {
  return liveServers(world.nova.state).filter((server) => {
    // One that nova has set to ERROR, or its owner has stopped, is left to a person.
    const isWanted = server.vmState === 'active' && isProtected(server, world.cluster.settings);
    const runs = (world.guests.running.get(server.uuid)?.size ?? 0) > 0;
    return isWanted && !runs && !released.has(server.uuid);
  });
}

/** Its owner or the configuration wants it recovered. */
function isProtected({ metadata }: ServerRecord, settings: ClusterSettings): boolean {
  const wish = metadata['HA_Enabled']?.toLowerCase();
  return wish === undefined ? settings.protectByDefault : wish === 'true';
}
