/** Since when each agent can read the seats of lease volumes, all the time and as they are: facts of the world. */
import type { SimHost } from '../host.ts';
import { isRunning } from '../network.ts';
import type { SimVolume } from '../volume.ts';
import type { World } from '../world.ts';

const LOOK_MS = 500;

interface Reading {
  readonly sinceMs: number;
  /** Seen last. */
  untilMs: number;
}

export class SeatReaders {
  private readonly world: World;
  /** By host: since when there has always been some volume to read. */
  private readonly sinceMs = new Map<string, number>();
  /** By volume and host: now, or when it could be read last. */
  private readonly readings = new Map<SimVolume, Map<string, Reading>>();
  /** By volume and host: when what it has begun while the volume was slow will have ended. */
  private readonly slowUntilMs = new Map<string, number>();

  constructor(world: World) {
    this.world = world;
    const volumes = world.volumes.filter(({ lease }) => lease);
    for (const volume of volumes) this.readings.set(volume, new Map());
    const look = (): void => {
      for (const host of world.hosts.values()) {
        const read = isReader(host) ? volumes.filter((volume) => this.isRead(volume, host.name)) : [];
        if (read.length === 0) this.sinceMs.delete(host.name);
        else if (!this.sinceMs.has(host.name)) this.sinceMs.set(host.name, world.clock.now);
        for (const volume of read) this.note(volume, host.name);
      }
      world.clock.after(LOOK_MS, look);
    };
    look();
  }

  now(): ReadonlyMap<string, number> {
    return new Map(this.sinceMs);
  }

  /** Has this host, after that moment, read one of these volumes for so long? */
  hasRead(host: string, volumes: ReadonlySet<string>, fromMs: number, forMs: number): boolean {
    return [...this.readings].some(([{ name }, byHost]) => {
      const reading = byHost.get(host);
      if (reading === undefined || !volumes.has(name)) return false;
      return reading.untilMs - Math.max(fromMs, reading.sinceMs) >= forMs;
    });
  }

  private isRead(volume: SimVolume, host: string): boolean {
    const { now } = this.world.clock;
    const key = `${volume.name} ${host}`;
    const slowMs = volume.slowMs.get(host);
    if (slowMs !== undefined) this.slowUntilMs.set(key, now + LOOK_MS + slowMs);
    return isWhole(volume, host) && now >= (this.slowUntilMs.get(key) ?? 0);
  }

  private note(volume: SimVolume, host: string): void {
    const { now } = this.world.clock;
    const byHost = this.readings.get(volume);
    const known = byHost?.get(host);
    if (known !== undefined && now - known.untilMs <= LOOK_MS) known.untilMs = now;
    else byHost?.set(host, { sinceMs: now, untilMs: now });
  }
}

const isWhole = ({ hung, failing, tearing, stale, slowMs }: SimVolume, host: string): boolean =>
  !hung.has(host) && !failing.has(host) && !tearing.has(host) && !stale.has(host) && !slowMs.has(host);

const isReader = (host: SimHost): boolean =>
  isRunning(host) && host.agent && host.paused === null && host.beats;
