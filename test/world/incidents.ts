/** What the present master has open for a host. */
import type { HoldCode } from '../../src/core/recovery/holds.ts';
import type { Incident } from '../../src/core/recovery/incident.ts';
import type { World } from './little-world.ts';

export const incidentOf = (world: World, host: string): Incident | undefined =>
  world.master().core?.master?.incidents.get(host);

export const holdOf = (world: World, host: string): HoldCode | undefined =>
  incidentOf(world, host)?.hold?.code;

export const isClosed = (world: World, host: string): boolean =>
  world.masters().length === 1 && incidentOf(world, host) === undefined && world.verdict(host) === 'online';
