/** `vigil volume free`: somebody gives the places of a host that is gone to whoever needs them, on each volume. */
import { isRunning } from '../network.ts';
import type { World } from '../world.ts';
import type { OperatorAction } from './action.ts';

export function freeSlot(
  world: World,
  { host, force }: Extract<OperatorAction, { readonly do: 'free-slot' }>,
): void {
  const refusal = refusalOf(world, host, force);
  const ok = refusal === null;
  world.events.emit({
    event: 'answered',
    what: 'free-slot',
    host,
    ok,
    words: refusal ?? 'freed',
    ends: false,
  });
  if (ok) for (const volume of world.volumes) volume.free(host);
}

function refusalOf(world: World, name: string, force: boolean): string | null {
  const host = world.host(name);
  if (isRunning(host) && host.beats) return `${name} still writes`;
  if (!world.volumes.some((volume) => volume.has(name))) return `${name} has no slot`;
  const isOpen = world.volumes.some((volume) => volume.hasIncidentOf(name));
  return isOpen && !force ? `the incident of ${name} is not closed` : null;
}
