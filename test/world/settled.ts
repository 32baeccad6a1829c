/** Clusters at rest, one master having found every other host online; and what is done to hosts of them. */
import { spareMaster } from './otherwise.ts';
import { World, type WorldOptions } from './little-world.ts';

const PROOFS = ['silence', 'reboot'] as const;

export interface Scene {
  readonly world: World;
  /** The slave with the VMs. */
  readonly victim: string;
}

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

/** `vm0` and so on, which nova does not start by itself when their host is back. */
export function settledWithVms(vms: number, options: Partial<WorldOptions> = {}): Scene {
  const world = settled({ hosts: 4, proofs: PROOFS, ...options });
  world.nova.habits.resumeGuestsOnHostBoot = false;
  const victim = slaveOf(world);
  for (let n = 0; n < vms; n += 1) world.addVm(`vm${n}`, victim);
  return { world, victim };
}

/** One VM, `vm`, and none for the master: the target of its evacuation can die without it. */
export function settledWithMasterSpared(hosts: number): Scene {
  const world = settled({ hosts, proofs: PROOFS });
  spareMaster(world);
  const victim = slaveOf(world);
  world.addVm('vm', victim);
  return { world, victim };
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
