/** Everything is repaired, and a cluster is given the time that it needs to be at rest again. */
import { restlessness } from '../checkers/comes-to-rest.ts';
import type { Watch } from '../checkers/watch.ts';
import type { World } from '../world.ts';
import { operate } from './operate.ts';
import { repair } from './repair.ts';

/** A row that stands still, a person, the slowest rounds. */
const REST_MS = 1_800_000;
export const LOOK_MS = 5_000;
const OPERATE_MS = 60_000;
/** A new master may find what the last one has not told, and what is over is reported a little later. */
const QUIET_MS = 60_000;

export function comeToRest(world: World, watched: Watch): void {
  const endMs = world.clock.now + REST_MS;
  let operateMs = world.clock.now + OPERATE_MS;
  repair(world);
  let quietMs = 0;
  // A fault that waits for its moment may begin now, and what begins at the last moment is not over.
  let isDisturbed = false;
  const stop = world.events.listen(({ event }) => {
    if (event === 'action') isDisturbed = true;
  });
  while (world.clock.now < endMs && quietMs < QUIET_MS && watched.violations.length === 0) {
    world.run(LOOK_MS);
    const isQuiet = !isDisturbed && restlessness(world, watched.released).length === 0;
    quietMs = isQuiet ? quietMs + LOOK_MS : 0;
    if (world.clock.now >= operateMs) {
      operateMs += OPERATE_MS;
      // What was drawn for later may have broken something since.
      repair(world);
      operate(world);
    }
    isDisturbed = false;
  }
  stop();
  // What broke on the way is enough: of the rest nobody knows whether it follows from that.
  if (watched.violations.length === 0) watched.atRest();
}
