/** Which living hosts nobody can hear, and which can be heard, and since when: facts of the world. */
import type { SimHost } from '../host.ts';
import { FIRST_SIDE, isRunning } from '../network.ts';
import type { SimVolume } from '../volume.ts';
import type { World } from '../world.ts';

const LOOK_MS = 250;
/** A beat that takes longer than this may be taken for none. */
const SLOW_MS = 3_000;
/** Of fewer, four beats in a row are hardly ever lost. */
const MUCH_LOST_PERCENT = 20;
/** Until its hearer misses the master, has probed and said so, and that was read. */
const FAR_BEATS = 12;

export class Silence {
  private readonly world: World;
  private readonly silentMs = new Map<string, number>();
  private readonly heardMs = new Map<string, number>();
  /** From when to when it was last heard, by host. */
  private readonly lives = new Map<string, { fromMs: number; toMs: number }>();
  private readonly farMs = new Map<string, number>();
  private readonly spokenMs = new Map<string, number>();
  private lossyMs = -Infinity;

  constructor(world: World) {
    this.world = world;
    const look = (): void => {
      if (world.network.lossPercent >= MUCH_LOST_PERCENT) this.lossyMs = world.clock.now;
      for (const host of world.hosts.values()) this.listen(host);
      world.clock.after(LOOK_MS, look);
    };
    look();
  }

  /** How long the host, which has power, has been silent on every path; 0 if it is not. */
  silentForMs(host: string): number {
    return this.world.clock.now - (this.silentMs.get(host) ?? this.world.clock.now);
  }

  /** How long the host has lived and been heard; 0 if it is not. */
  heardForMs(host: string): number {
    return this.world.clock.now - (this.heardMs.get(host) ?? this.world.clock.now);
  }

  /** The same, but for what nova-compute reports: from one report to the next is longer than a verdict takes. */
  spokenForMs(host: string): number {
    return this.world.clock.now - (this.spokenMs.get(host) ?? this.world.clock.now);
  }

  /** It is heard by datagrams alone, of which each of the last may have been lost by chance. */
  isLostByChance(host: string): boolean {
    const { clock, timing } = this.world;
    return clock.now - this.lossyMs < timing.networkLostMs && !this.writes(this.world.host(host));
  }

  /** Was it heard for so long at a stretch, after that time? As far as the last stretch tells. */
  livedAfter(host: string, ms: number, forMs: number): boolean {
    const life = this.lives.get(host);
    return life !== undefined && life.toMs - Math.max(life.fromMs, ms) >= forMs;
  }

  private listen(host: SimHost): void {
    const { name, power } = host;
    const speaks = power && this.isSpeaking(host);
    const heard = speaks || (power && host.compute && this.world.network.reachesBus(host));
    this.since(this.silentMs, name, power && !heard);
    this.since(this.heardMs, name, heard);
    this.since(this.spokenMs, name, speaks);
    const fromMs = this.heardMs.get(name);
    if (fromMs !== undefined) this.lives.set(name, { fromMs, toMs: this.world.clock.now });
  }

  private since(map: Map<string, number>, host: string, isSo: boolean): void {
    if (!isSo) map.delete(host);
    else if (!map.has(host)) map.set(host, this.world.clock.now);
  }

  private isSpeaking(host: SimHost): boolean {
    if (!isRunning(host)) return false;
    const { network, hosts } = this.world;
    if (this.writes(host)) return true;
    if (!speaks(host)) return false;
    if (host.network === FIRST_SIDE && network.oneWay.size === 0) return true;
    let isFar = false;
    for (const other of hosts.values())
      isFar ||= other !== host && speaks(other) && network.connected(host, other) && this.writes(other);
    return this.isToldOf(host, isFar);
  }

  /** One that is heard on the far side of a network only is told of by a slot, and that takes its time. */
  private isToldOf({ name }: SimHost, isFar: boolean): boolean {
    if (!isFar) this.farMs.delete(name);
    else if (!this.farMs.has(name)) this.farMs.set(name, this.world.clock.now);
    return (
      isFar && this.world.clock.now - (this.farMs.get(name) ?? 0) >= FAR_BEATS * this.world.timing.beatMs
    );
  }

  private writes(host: SimHost): boolean {
    if (!host.beats || !isRunning(host)) return false;
    // What others read from a broken cache does not advance.
    const works = ({ hung, failing, stale, slowMs }: SimVolume): boolean =>
      stale.size === 0 &&
      !hung.has(host.name) &&
      !failing.has(host.name) &&
      (slowMs.get(host.name) ?? 0) <= SLOW_MS;
    return this.world.volumes.some(works);
  }
}

const speaks = (host: SimHost): boolean => host.agent && host.paused === null && isRunning(host);
