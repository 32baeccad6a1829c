/** Everything that happens in a short random run, each with its time: what has to be the same for the same seed. */
import { settle } from '../scenario/settle.ts';
import { drawRun } from './draw-run.ts';
import { take } from './take-steps.ts';

const FAULTS_MS = 60_000;
const SIZE = { hosts: 4, faultsMs: FAULTS_MS };

/** So many seeds in which enough happens to differ. */
export const busySeeds = (count: number): readonly number[] =>
  Array.from({ length: 100 }, (_, n) => n + 1)
    .filter((seed) => drawRun(seed, SIZE).faults.length >= 4)
    .slice(0, count);

export function eventsOf(seed: number): readonly string[] {
  const { cluster, faults } = drawRun(seed, SIZE);
  const settled = settle(cluster);
  if (!settled.ok) throw new Error(settled.words);
  const { world } = settled;
  const events: string[] = [];
  world.events.listen((event) => events.push(`${world.clock.now} ${JSON.stringify(event)}`));
  for (const { atMs, steps } of faults) world.clock.after(atMs, () => take(world, steps));
  world.run(2 * FAULTS_MS);
  return events;
}
