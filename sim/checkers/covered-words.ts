/**
 * What a master has told and nobody can know any more: the write of its seat that told of it was covered on every lease
 * volume, by an older one that dead beats had left or by an agent that read from a broken cache, before who is master
 * now can have read it.
 */
import type { World } from '../world.ts';
import { SeatReaders } from './seat-readers.ts';

/** Seats are read once a beat, and an answer takes its time. */
const READ_BEATS = 3;
const WRITES_KEPT_MAX = 256;
/** A write and what is told in the same step of an agent whose clock is not the world's: the write knew nothing of it. */
const ROUNDED_MS = 2;

/** While nothing covers what was written. */
interface Span {
  /** Oldest first: what was told before a write was begun stands there from then on. */
  readonly writes: { readonly begunMs: number; readonly atMs: number }[];
  /** Null: it still stands. */
  end: { readonly atMs: number; readonly readSinceMs: ReadonlyMap<string, number> } | null;
}

/** What the agent of a host has written to its seat in one life. */
interface Life {
  readonly host: string;
  readonly sinceMs: number;
  /** Lease volumes on which its last write stands. */
  readonly stands: Set<string>;
  readonly spans: Span[];
}

export class CoveredWords {
  private readonly world: World;
  private readonly readers: SeatReaders;
  private readonly stores: ReadonlySet<string>;
  private readonly lives = new Map<string, Life>();
  /** Of agents that were started anew: their former lives, until the seat is written again. */
  private readonly former = new Map<string, Life>();
  /** Of which nobody knew everything when the seat was written again. */
  private readonly past: Life[] = [];
  private readonly startedMs = new Map<string, number>();
  private readonly masters: { readonly host: string; readonly atMs: number }[] = [];

  constructor(world: World) {
    this.world = world;
    this.readers = new SeatReaders(world);
    this.stores = new Set(world.volumes.filter(({ lease }) => lease).map(({ name }) => name));
    world.events.listen((event) => {
      if (event.event === 'agent-started') this.noteStart(event.host);
      else if (event.event === 'lease' && event.holds)
        this.masters.push({ host: event.host, atMs: world.clock.now });
      else if (event.event === 'seat-written') this.noteWrite(event);
      else if (event.event === 'late-write-landed' && this.stores.has(event.volume))
        this.cover(this.former.get(event.host) ?? this.lifeOf(event.host), event.volume);
    });
  }

  /** Can this master not know what that one told then? */
  areLost(by: string, toldMs: number, master: string): boolean {
    const isLostBy = (life: Life): boolean => this.areLostIn(life, Math.max(life.sinceMs, toldMs), master);
    const [ofThen, later] = [this.livesOf(by, toldMs), this.livesOf(by, Infinity)];
    return ofThen.some(isLostBy) || (later.some(isLostBy) && !this.isCarriedOn(by, toldMs, master));
  }

  /** Who was master in between carries it on in a seat of its own, as long as that stands. */
  private isCarriedOn(by: string, toldMs: number, master: string): boolean {
    return this.masters.some(({ host, atMs }) => {
      if (host === by || host === master || atMs <= toldMs) return false;
      return !this.livesOf(host, atMs).some((life) => this.areLostIn(life, atMs, master));
    });
  }

  /** Those that have begun by then. */
  private livesOf(host: string, byMs: number): readonly Life[] {
    const known = [...this.past, this.former.get(host) ?? [], this.lives.get(host) ?? []].flat();
    return known.filter((life) => life.host === host && life.sinceMs <= byMs);
  }

  private areLostIn({ spans, stands }: Life, toldMs: number, master: string): boolean {
    const readMs = READ_BEATS * this.world.timing.beatMs;
    let isCovered = false;
    for (const { writes, end } of spans) {
      const firstMs = writes.find(({ begunMs }) => begunMs > toldMs + ROUNDED_MS)?.atMs ?? Infinity;
      if (end === null && firstMs === Infinity) continue;
      // What was written after all may stand where the master cannot read it.
      if (end === null) return isCovered && !this.readers.hasRead(master, stands, firstMs, readMs);
      if (end.atMs < toldMs) continue;
      isCovered = true;
      // What it read before it was started anew it knows no more.
      const isSame = (this.startedMs.get(master) ?? 0) <= end.atMs;
      const readSinceMs = end.readSinceMs.get(master) ?? Infinity;
      if (isSame && end.atMs - Math.max(firstMs, readSinceMs) >= readMs) return false;
    }
    return isCovered;
  }

  private noteStart(host: string): void {
    this.startedMs.set(host, this.world.clock.now);
    const life = this.lives.get(host);
    if (life !== undefined) this.former.set(host, life);
    this.lives.delete(host);
  }

  private noteWrite(written: {
    readonly host: string;
    readonly volume: string;
    readonly begunMs: number;
  }): void {
    const { host, volume } = written;
    this.noteNextLife(host);
    const tookMs = this.world.localMs(this.world.host(host)) - written.begunMs;
    const { stands, spans } = this.lifeOf(host);
    stands.add(volume);
    const last = spans.at(-1);
    const { writes } = last?.end === null ? last : addSpan(spans);
    const { now } = this.world.clock;
    writes.push({ begunMs: now - tookMs, atMs: now });
    if (writes.length > WRITES_KEPT_MAX) writes.shift();
  }

  /** Whoever reads from a broken cache writes over his own words of before, and knows nothing of them. */
  private noteNextLife(host: string): void {
    const former = this.former.get(host);
    if (former === undefined) return;
    this.former.delete(host);
    if (!this.readers.now().has(host)) for (const volume of this.stores) this.cover(former, volume);
    if (former.spans.some(({ end }) => end !== null)) this.past.push(former);
  }

  private cover({ stands, spans }: Life, volume: string): void {
    stands.delete(volume);
    const last = spans.at(-1);
    const end = { atMs: this.world.clock.now, readSinceMs: this.readers.now() };
    if (last === undefined) spans.push({ writes: [], end });
    else if (stands.size === 0) last.end ??= end;
  }

  private lifeOf(host: string): Life {
    const known = this.lives.get(host);
    if (known !== undefined) return known;
    const sinceMs = this.startedMs.get(host) ?? 0;
    const life: Life = { host, sinceMs, stands: new Set(), spans: [] };
    this.lives.set(host, life);
    return life;
  }
}

function addSpan(spans: Span[]): Span {
  const span: Span = { writes: [], end: null };
  spans.push(span);
  return span;
}
