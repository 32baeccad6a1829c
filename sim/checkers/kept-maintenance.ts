/** Hosts that an operator was told are in maintenance, and who of those who can know it does not. */
import type { SimHost } from '../host.ts';
import { isRunning } from '../network.ts';
import type { SimVolume } from '../volume.ts';
import type { World } from '../world.ts';

/** For an agent that has started to read its own slot, and for a master to have read and judged everybody. */
const KNOWN_MS = 30_000;

/** Beats that live write again what a late write has covered, and agents tell new beats what they know. */
const REWRITTEN_BEATS = 3;

const WELL: ReadonlySet<string> = new Set(['online', 'degraded']);

export class KeptMaintenance {
  /** By host: since when everybody who can read it should know. */
  private readonly declaredMs = new Map<string, number>();
  /** Of which the last word was that they are judged as any other host while they are not well. */
  private readonly recover = new Set<string>();
  /** Of which nothing tells of it any more but what others remember. */
  private readonly lost = new Set<string>();
  /** Slots, `host/volume`. */
  private readonly covered = new Set<string>();
  /** Of which its end was asked for last. */
  private readonly ending = new Set<string>();
  /** By agent: since when it runs and reads all volumes as they are. */
  private readonly readsMs = new Map<string, number>();
  /** By host: when a master had an incident of it the last time. */
  private readonly incidentMs = new Map<string, number>();
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
    world.events.listen((event) => {
      if (event.event === 'agent-started') this.noteStart(event.host);
      if (event.event === 'late-write-landed') this.noteCovered(event.host, event.volume);
      if (event.event === 'lease' && event.holds) this.readsMs.delete(event.host);
      // From asking until somebody is told that it was done, and where it was not, either may be true.
      if (event.event === 'action' && event.action.do === 'maintenance') {
        const { host, what } = event.action;
        for (const known of [this.declaredMs, this.recover, this.lost]) known.delete(host);
        if (what === 'start-recover') this.recover.add(host);
        if (what === 'end') this.ending.add(host);
        else this.ending.delete(host);
      }
      if (event.event !== 'answered' || event.what !== 'maintenance') return;
      // Of several that waited for a host that stood still, the answer may be to an earlier one.
      if (event.ok && !event.ends && !this.ending.has(event.host))
        this.declaredMs.set(event.host, world.clock.now);
      else this.declaredMs.delete(event.host);
    });
  }

  /** By it, and who was killed before it could write there again: what stood there is gone. */
  private noteCovered(host: string, volume: string): void {
    const key = `${host}/${volume}`;
    this.covered.add(key);
    const forMs = REWRITTEN_BEATS * this.world.host(host).beatMs;
    this.world.clock.after(forMs, () => {
      const couldWrite = this.world.clock.now - (this.readsMs.get(host) ?? Infinity) >= forMs;
      if (couldWrite || this.shows(host, volume)) this.covered.delete(key);
    });
  }

  /** A new life knows what its slots show: where each is torn or covered, nothing. */
  private noteStart(host: string): void {
    this.readsMs.delete(host);
    const isGone = ({ name, slotOf }: SimVolume): boolean =>
      !slotOf.has(host) || (this.covered.has(`${host}/${name}`) && !this.shows(host, name));
    if (this.world.volumes.every(isGone)) this.lost.add(host);
  }

  private shows(host: string, volume: string): boolean {
    const body = this.world.volume(volume).slotOf.get(host)?.body;
    return body !== undefined && body.maintenance.declared !== null;
  }

  /** To be asked every second or so: what stands against it, and whom it concerns. */
  forgotten(): readonly { readonly words: string; readonly hosts: readonly string[] }[] {
    const { hosts, clock } = this.world;
    for (const host of hosts.values())
      if (!this.reads(host)) this.readsMs.delete(host.name);
      else if (!this.readsMs.has(host.name)) this.readsMs.set(host.name, clock.now);
    for (const { core } of this.world.masters())
      for (const victim of core?.master?.incidents.keys() ?? []) this.incidentMs.set(victim, clock.now);
    return [...this.declaredMs].flatMap(([host, sinceMs]) =>
      clock.now - sinceMs < KNOWN_MS
        ? []
        : [...this.forgottenByItself(host), ...this.forgottenByMasters(host)],
    );
  }

  private forgottenByItself(host: string): ReturnType<KeptMaintenance['forgotten']> {
    const { core } = this.world.host(host);
    if (core === null || !this.knows(host) || core.maintenance.declared !== null) return [];
    if (this.lost.has(host)) return [];
    return [{ words: `${host} was put in maintenance and does not know of it`, hosts: [host] }];
  }

  private forgottenByMasters(host: string): ReturnType<KeptMaintenance['forgotten']> {
    const { clock } = this.world;
    return this.world.masters().flatMap(({ name, core }) => {
      const verdict = core?.master?.judgements.get(host)?.verdict;
      // While an incident of it is open, that is what its verdict tells of, and until it is judged anew.
      if (clock.now - (this.incidentMs.get(host) ?? -Infinity) < KNOWN_MS) return [];
      if (name === host || !this.knows(name) || verdict === undefined || verdict === 'maintenance') return [];
      if (this.recover.has(host) && !WELL.has(verdict)) return [];
      const remembers = (core?.hosts.get(host)?.said?.maintenance.declared ?? null) !== null;
      if (this.lost.has(host) && !remembers) return [];
      return [{ words: `${host} was put in maintenance, and is ${verdict} to ${name}`, hosts: [host, name] }];
    });
  }

  private knows(host: string): boolean {
    return this.world.clock.now - (this.readsMs.get(host) ?? Infinity) >= KNOWN_MS;
  }

  private reads(host: SimHost): boolean {
    if (!isRunning(host) || !host.agent || host.paused !== null || !host.beats) return false;
    // It gives no verdict, and what it thought before is no verdict either.
    if (host.core?.reports.open.has(`suspecting-myself/${host.name}`) === true) return false;
    return this.world.volumes.every(
      ({ hung, failing, tearing, stale, slowMs }) =>
        ![hung, failing, tearing, stale, slowMs].some((hosts) => hosts.has(host.name)),
    );
  }
}
