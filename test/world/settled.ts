/** A cluster at rest: one master, which has found every other host online. */
import { World, type WorldOptions } from './world.ts';

export function settled(options: WorldOptions): World {
  const world = new World(options);
  world.until('a master', () => world.masters().length === 1, 40_000);
  world.until('all online', () => allOnline(world), 40_000);
  return world;
}

function allOnline(world: World): boolean {
  const judgements = world.master().core?.master?.judgements;
  return (
    judgements?.size === world.hosts.size - 1 &&
    [...judgements.values()].every(({ verdict }) => verdict === 'online')
  );
}

export const slaves = (world: World): string[] =>
  [...world.hosts.keys()].filter((name) => name !== world.master().name);
export const slaveOf = (world: World): string => slaves(world)[0] ?? '';

/** A living host, silent on every path and in nova: on it the bet of the proof `silence` is lost. */
export function blackout(world: World, name: string): void {
  world.host(name).network = 0;
  for (const volume of world.volumes) volume.hung.add(name);
}

export function light(world: World, name: string): void {
  world.host(name).network = 1;
  for (const volume of world.volumes) volume.unhang(name);
}
