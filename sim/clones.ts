/**
 * A second machine under the name of a host, with its keys, as a cloned disk brings it: an agent and beats of its own, at
 * another address and of another boot, without guests and nova-compute. Its beats find that another one writes the slot;
 * they only watch, and tell their agent who that is.
 */
import { beatLoop } from './beats.ts';
import { bootId, createHost, type SimHost } from './host.ts';
import { FIRST_SIDE } from './network.ts';
import type { SimVolume } from './volume.ts';
import type { World } from './world.ts';

export function startClone(world: World, name: string): void {
  const clone = world.clones.get(name) ?? createClone(world, name);
  if (clone.power) return;
  const boots = clone.boots + 1;
  const { number } = clone;
  Object.assign(clone, { power: true, beats: true, network: FIRST_SIDE, boots, boot: bootId(number, boots) });
  world.beginAgent(clone);
}

export function stopClone(world: World, name: string): void {
  const clone = world.clones.get(name);
  if (clone === undefined) return;
  world.endAgent(clone);
  Object.assign(clone, { power: false, beats: false });
}

function createClone(world: World, name: string): SimHost {
  const { spec } = world.host(name);
  const other = { ...spec, name: `h${world.hosts.size + world.clones.size + 1}` };
  const made = createHost(other, world.timing);
  const clone: SimHost = { ...made, name, spec, isClone: true, power: false, beats: false, compute: false };
  world.clones.set(name, clone);
  world.hostByIp.set(clone.ip, clone);
  world.volumes.forEach((volume, index) => beatLoop(world, clone, volume, index));
  return clone;
}

export const anotherWrites = ({ name }: SimHost): string =>
  `another beat of the name ${name} writes its slot`;

/** To its agent: who that is, as often as it may have changed. */
export function tellOfOther(world: World, clone: SimHost, volume: SimVolume): void {
  const event = {
    kind: 'stopped' as const,
    volume: volume.name,
    reason: 'foreign-writer' as const,
    detail: anotherWrites(clone),
    other: volume.slotOf.get(clone.name) ?? null,
  };
  world.deliver(clone, clone.agentLife, { kind: 'volume', now: world.localMs(clone), event });
}
