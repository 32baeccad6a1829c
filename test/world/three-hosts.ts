/** A settled cluster of three hosts, of which `h1` is the master, with one lease volume. */
import assert from 'node:assert/strict';
import { type Cluster, DEFAULT_SETTINGS, defaultHosts } from '../../sim/cluster.ts';
import { settle } from '../../sim/scenario/settle.ts';
import type { World } from '../../sim/world.ts';

export function threeHosts(servers: Cluster['servers'] = [], gate = DEFAULT_SETTINGS.gate): World {
  const settled = settle({
    hosts: defaultHosts(3),
    leaseVolumes: 1,
    settings: { ...DEFAULT_SETTINGS, gate },
    servers,
    groups: [],
    cold: false,
  });
  assert.ok(settled.ok);
  return settled.world;
}
