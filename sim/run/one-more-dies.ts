/**
 * Everything is repaired and at rest: then one more host dies, and stays off. That Vigil does no harm is watched all the
 * time; here it is asked to recover.
 */
import { act } from '../actions/act.ts';
import { leftBehind } from '../checkers/left-behind.ts';
import type { Watch } from '../checkers/watch.ts';
import { isRunning } from '../network.ts';
import type { World } from '../world.ts';
import { operate } from './operate.ts';
import { repair } from './repair.ts';

/** What the brake, Q, and a person who looks once a minute may take. */
const RECOVERED_MS = 1_500_000;
/** For the verdict. */
const FOUND_MS = 30_000;
const LOOK_MS = 5_000;
const OPERATE_MS = 60_000;

export function oneMoreDies(world: World, watched: Watch): void {
  const victim = [...world.hosts.values()].find(
    (host) => isRunning(host) && host.compute && world.guests.on(host.name).size > 0,
  );
  if (victim === undefined || isLastWitness(world)) return;
  const { name } = victim;
  act(world, { do: 'power-off', hosts: [name] });
  const offMs = world.clock.now;
  let operateMs = offMs + OPERATE_MS;
  const isDone = (): boolean =>
    world.clock.now - offMs >= FOUND_MS && leftBehind(world, watched.released, name).length === 0;
  while (world.clock.now - offMs < RECOVERED_MS && !isDone() && watched.violations.length === 0) {
    world.run(LOOK_MS);
    if (world.clock.now < operateMs) continue;
    operateMs += OPERATE_MS;
    // A fault that has waited for its moment may have found it.
    repair(world, name);
    operate(world);
  }
  watched.oneDead(name);
}

/** Of two hosts the one that is left hears nobody, and without an isolation address it takes itself for the one that is cut off. */
function isLastWitness({ hosts, cluster }: World): boolean {
  return hosts.size <= 2 && !cluster.settings.isolationAddress;
}
