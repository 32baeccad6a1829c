/** Where each guest runs: a fact of the world, whatever nova has recorded. */
import type { WorldEvents } from './events.ts';

export class Guests {
  /** By VM: the hosts it runs on. */
  readonly running = new Map<string, Set<string>>();
  private readonly byHost = new Map<string, Set<string>>();
  private readonly events: WorldEvents;

  constructor(events: WorldEvents) {
    this.events = events;
  }

  runs(vm: string, host: string): boolean {
    return this.running.get(vm)?.has(host) === true;
  }

  on(host: string): ReadonlySet<string> {
    return this.byHost.get(host) ?? new Set();
  }

  start(vm: string, host: string): void {
    const places = entry(this.running, vm);
    if (places.has(host)) return;
    places.add(host);
    entry(this.byHost, host).add(vm);
    this.events.emit({ event: 'guest-started', vm, host });
  }

  /** On a host that has power: it was destroyed, stopped, or died. */
  stop(vm: string, host: string): void {
    if (this.running.get(vm)?.delete(host) !== true) return;
    this.byHost.get(host)?.delete(vm);
    this.events.emit({ event: 'guest-stopped', vm, host });
  }

  /** Guests go with the power; nobody has stopped them. */
  powerLost(host: string): void {
    for (const vm of this.on(host)) this.running.get(vm)?.delete(host);
    this.byHost.delete(host);
  }
}

function entry(map: Map<string, Set<string>>, key: string): Set<string> {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = new Set<string>();
  map.set(key, made);
  return made;
}
