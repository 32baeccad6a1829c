/**
 * INV-6 from the other side: who acts as master has renewed its lease, on a majority of the lease volumes, in a write
 * that was begun no longer ago than a lease lasts. What it believes of its lease is not asked for that.
 */
import { localMs, type SimHost } from '../host.ts';
import type { Check, Checker } from './check.ts';

export function watchOutlivesLease({ world, violate }: Check): Checker {
  const sinceMs = world.clock.now;
  /** By host and volume: when its newest write that stands there was begun, by its own clock. */
  const begunMs = new Map<string, number>();
  const told = new Set<SimHost>();
  const stores = world.volumes.filter(({ lease }) => lease).map(({ name }) => name);
  const majority = Math.floor(stores.length / 2) + 1;

  /** What was written before anybody watched counts from then. */
  const renewedMs = (host: SimHost): number => {
    const before = localMs(host, sinceMs);
    const begun = stores.map((store) => begunMs.get(`${host.name} ${store}`) ?? before);
    return begun.sort((a, b) => b - a)[majority - 1] ?? before;
  };

  world.events.listen((event) => {
    if (event.event !== 'seat-written') return;
    const key = `${event.host} ${event.volume}`;
    begunMs.set(key, Math.max(begunMs.get(key) ?? 0, event.begunMs));
  });
  world.onStep((host) => {
    const { core } = host;
    if (!host.holdsLease || core === null || told.has(host)) return;
    const now = world.localMs(host);
    const agoMs = now - renewedMs(host);
    if (agoMs <= host.timing.holdMs || core.coordination.lease.remainingMs({ ...core, now }) <= 0) return;
    told.add(host);
    violate(`${host.name} acts as master, and began its last renewal on a majority ${agoMs} ms ago`, {
      hosts: [host.name],
    });
  });
  return {};
}
