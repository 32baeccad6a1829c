/** Since when each agent can read the seats of some lease volume, all the time and as they are: facts of the world. */
import type { SimHost } from '../host.ts';
import { isRunning } from '../network.ts';
import type { SimVolume } from '../volume.ts';
import type { World } from '../world.ts';

const LOOK_MS = 500;

export class SeatReaders {
  private readonly world: World;
  private readonly sinceMs = new Map<string, number>();

  constructor(world: World) {
    this.world = world;
    const look = (): void => {
      for (const host of world.hosts.values())
        if (!this.canRead(host)) this.sinceMs.delete(host.name);
        else if (!this.sinceMs.has(host.name)) this.sinceMs.set(host.name, world.clock.now);
      world.clock.after(LOOK_MS, look);
    };
    look();
  }

  now(): ReadonlyMap<string, number> {
    return new Map(this.sinceMs);
  }

  private canRead(host: SimHost): boolean {
    const { name } = host;
    const isWhole = ({ hung, failing, tearing, stale, slowMs }: SimVolume): boolean =>
      !hung.has(name) && !failing.has(name) && !tearing.has(name) && !stale.has(name) && !slowMs.has(name);
    return (
      isRunning(host) &&
      host.agent &&
      host.paused === null &&
      host.beats &&
      this.world.volumes.some((volume) => volume.lease && isWhole(volume))
    );
  }
}
