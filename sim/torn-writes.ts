/**
 * A host loses power in the middle of a write: half of the block is new, half is old, and that is what every reader
 * sees until it is written again. Its beats write to all volumes at once, so more than one may be torn.
 */
import type { VolumeEffect } from './events.ts';
import type { SimHost } from './host.ts';
import { nextHeader } from './next-header.ts';
import type { Block, SimVolume } from './volume.ts';
import type { World } from './world.ts';

/** What the agent asked for. True: nothing of it stands there, and the host is dark. */
export function tearsAsked(world: World, host: SimHost, volume: SimVolume, effect: VolumeEffect): boolean {
  switch (effect.do) {
    case 'write-body':
      return tearsSlot(world, host, volume);
    case 'write-seat':
      return tears(world, host, volume, 'seat', (torn) =>
        torn.tearSeat(host.name, nextHeader(host, torn, 'seat', 0)),
      );
    case 'write-cell': {
      const { slot, which, record } = effect;
      return tears(world, host, volume, 'cell', (torn) => torn.tearCell(slot, which, record.victim));
    }
    case 'read-volume':
      return false;
  }
}

export const tearsSlot = (world: World, host: SimHost, volume: SimVolume): boolean =>
  tears(world, host, volume, 'slot', (torn) => {
    torn.tearSlot(host.name, nextHeader(host, torn, 'slot', world.clock.now - host.agentHeardMs));
  });

function tears(
  world: World,
  { name }: SimHost,
  volume: SimVolume,
  block: Block,
  tear: (torn: SimVolume) => void,
): boolean {
  if (volume.tearsNext.size === 0 || volume.tearsNext.get(name) !== block) return false;
  for (const torn of world.volumes) {
    if (torn.tearsNext.get(name) === block) tear(torn);
    torn.tearsNext.delete(name);
  }
  if (block === 'seat') world.events.emit({ event: 'seat-torn', host: name });
  // As by anybody else: who watches is to know.
  world.events.emit({ event: 'action', action: { do: 'power-off', hosts: [name] } });
  world.powerOff(name);
  return true;
}
