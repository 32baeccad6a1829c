/**
 * When a host last showed life, path by path: what it wrote, whom it could speak to, what its nova-compute reported. Facts
 * of the world, against which the bet `silence` is measured by the figures of the design, not by those of the core.
 */
import type { BlockHeader } from '../../src/core/wire/records.ts';
import { NOVA_REPORT_MS, type SimHost } from '../host.ts';
import { isRunning } from '../network.ts';
import type { SimVolume } from '../volume.ts';
import type { World } from '../world.ts';

const LOOK_MS = 250;
/** The longest bound of a path, of the volumes. */
const PATH_BEATS = 8;
/** What is added to one report interval of nova-compute before a report that is missing means anything. */
const REPORT_SLACK_MS = 3_000;
/** The last datagram may be that old when a host ceases to speak; so many, where some were lost. */
const DATAGRAM_BEATS = 1;
const LOST_DATAGRAM_BEATS = 4;
/** Within so long, a witness that is asked has answered. */
const PROBE_BEATS = 2;
/** From when a master takes over until it has heard whoever it can hear, or takes the network for lost. */
const ASKED_BEATS = 4;

export class LastLife {
  private readonly world: World;
  private readonly wroteMs = new Map<string, number>();
  /** By volume and host: the furthest that its slot has come. */
  private readonly written: ReadonlyMap<SimVolume, Map<string, Pick<BlockHeader, 'incarnation' | 'counter'>>>;
  /** It could speak to a master that had asked for it, and to one that had just taken over; it could be asked by one. */
  private readonly spokeMs = new Map<string, number>();
  private readonly metMs = new Map<string, number>();
  private readonly answeredMs = new Map<string, number>();
  /** Nothing stood against a bet then. */
  private readonly allowedMs = new Map<string, number>();
  private readonly masterSinceMs = new Map<string, number>();
  private lastMaster: string | null = null;
  private lossyMs = -Infinity;
  /** A master read a volume as it was before. */
  private staleMs = -Infinity;
  private readonly fastest: number;
  /** In the time of the fastest clock: each path silent for its bound, and nova-compute for a report and a little more. */
  private readonly boundMs: number;

  constructor(world: World) {
    this.world = world;
    this.written = new Map(world.volumes.map((volume) => [volume, new Map()]));
    this.fastest = Math.max(...[...world.hosts.values()].map(({ clockRate }) => clockRate));
    const slowestPathMs = Math.max(PATH_BEATS * world.timing.beatMs, NOVA_REPORT_MS + REPORT_SLACK_MS);
    this.boundMs = slowestPathMs / this.fastest;
    world.events.listen((event) => {
      if (event.event !== 'lease') return;
      this.masterSinceMs.set(event.host, world.clock.now);
      if (!event.holds || event.host === this.lastMaster) return;
      // What the one before has heard nobody else knows of.
      this.lastMaster = event.host;
      this.spokeMs.clear();
    });
    const look = (): void => {
      const { lossPercent, delayMsMax } = world.network;
      if (lossPercent > 0 || delayMsMax > 0) this.lossyMs = world.clock.now;
      const masters = world.masters();
      const readsStale = ({ name }: SimHost): boolean => world.volumes.some(({ stale }) => stale.has(name));
      if (masters.some(readsStale)) this.staleMs = world.clock.now;
      for (const host of world.hosts.values()) this.lookAt(host, masters);
      world.clock.after(LOOK_MS, look);
    };
    look();
  }

  /** Why nobody may bet on it that the host is dead; null: one may. */
  againstBet(name: string): string | null {
    const { beatMs } = this.world.timing;
    const reportedMs = this.world.nova.state.services.get(name)?.lastReportAtMs ?? -Infinity;
    const since = (ms: number | undefined): number => this.world.clock.now - (ms ?? -Infinity);
    const lossy = since(this.lossyMs) < this.boundMs + LOST_DATAGRAM_BEATS * beatMs;
    const datagramMs = (lossy ? LOST_DATAGRAM_BEATS : DATAGRAM_BEATS) * beatMs;
    const networkMs = (ASKED_BEATS * beatMs) / this.fastest;
    // To who reads them so, volumes had fallen silent before.
    const spokenMs = since(this.staleMs) < this.boundMs ? networkMs : this.boundMs;
    const signs = [
      ['wrote to a volume', since(this.wroteMs.get(name)), this.boundMs - LOOK_MS],
      ['could speak to a master', since(this.spokeMs.get(name)), spokenMs - datagramMs - LOOK_MS],
      ['could speak to a new master', since(this.metMs.get(name)), networkMs - datagramMs - LOOK_MS],
      ['answered whoever asked', since(this.answeredMs.get(name)), PROBE_BEATS * beatMs],
      ['had nova-compute report', since(reportedMs), this.boundMs],
    ] as const;
    const sign = signs.find(([, agoMs, boundMs]) => agoMs < boundMs);
    return sign === undefined ? null : `which ${sign[0]} ${sign[1]} ms ago`;
  }

  /** Might one have bet on it, so long ago at most? */
  allowedBet(name: string, withinMs: number): boolean {
    return this.world.clock.now - (this.allowedMs.get(name) ?? -Infinity) <= withinMs;
  }

  /** Of most hosts, most of the time, that is all that needs to be asked. */
  private isWriting(name: string): boolean {
    return this.world.clock.now - (this.wroteMs.get(name) ?? -Infinity) < this.boundMs - LOOK_MS;
  }

  private lookAt(host: SimHost, masters: readonly SimHost[]): void {
    const { network, clock } = this.world;
    const { name } = host;
    if (this.hasWritten(host)) this.wroteMs.set(name, clock.now);
    if (!this.isWriting(name) && this.againstBet(name) === null) this.allowedMs.set(name, clock.now);
    if (!isRunning(host)) return;
    const speaks = host.agent && host.paused === null;
    for (const master of masters)
      if (speaks && network.reaches(host, master))
        (this.isNew(master) ? this.metMs : this.spokeMs).set(name, clock.now);
    // A kernel answers also where no agent does.
    if (masters.some((master) => network.connected(host, master))) this.answeredMs.set(name, clock.now);
  }

  private isNew({ name }: SimHost): boolean {
    const { clock, timing } = this.world;
    return clock.now - (this.masterSinceMs.get(name) ?? -Infinity) < ASKED_BEATS * timing.beatMs;
  }

  /** What others read from a broken cache does not advance. */
  private hasWritten({ name }: SimHost): boolean {
    let isAnew = false;
    for (const [volume, written] of this.written) {
      const header = volume.slotOf.get(name)?.header;
      if (header === undefined) continue;
      const before = written.get(name);
      // A late write of former beats goes backwards.
      if (before !== undefined && !isFurther(header, before)) continue;
      written.set(name, header);
      isAnew ||= before !== undefined && volume.stale.size === 0;
    }
    return isAnew;
  }
}

function isFurther(
  a: Pick<BlockHeader, 'incarnation' | 'counter'>,
  b: Pick<BlockHeader, 'incarnation' | 'counter'>,
): boolean {
  return a.incarnation > b.incarnation || (a.incarnation === b.incarnation && a.counter > b.counter);
}
