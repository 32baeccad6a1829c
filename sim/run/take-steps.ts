/** Has the steps of a fault happen at their times, or at their moment. */
import { act } from '../actions/act.ts';
import { atMoment } from '../actions/moments.ts';
import type { WorldEvent } from '../events.ts';
import type { Part, Step } from '../faults/fault.ts';
import type { World } from '../world.ts';

export function take(world: World, steps: readonly Step[]): void {
  for (const step of steps)
    if ('action' in step) world.clock.after(step.afterMs, () => act(world, step.action));
    else if (step.afterMs === 0) awaitMoment(world, step);
    else world.clock.after(step.afterMs, () => awaitMoment(world, step));
}

function awaitMoment(
  world: World,
  { moment, of, part, steps }: Extract<Step, { readonly moment: string }>,
): void {
  atMoment(world, moment, of, (whose, event) => {
    const who = part === 'itself' ? whose : partOf(world, part, event);
    if (who !== null) take(world, steps(who));
  });
}

function partOf(world: World, part: Exclude<Part, 'itself'>, event: WorldEvent): string | null {
  if (part === 'master' || event.event === 'lease') return world.masters()[0]?.name ?? null;
  if (event.event === 'evacuation-accepted') return part === 'source' ? event.row.source : event.row.target;
  if (event.event === 'forced') return part === 'source' ? event.host : null;
  if (event.event !== 'journal') return null;
  const host = event.data[part === 'source' ? 'victim' : 'target'];
  return typeof host === 'string' && world.hosts.has(host) ? host : null;
}
