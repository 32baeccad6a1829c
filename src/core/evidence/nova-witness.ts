/**
 * nova-compute's report as a witness: a changed `updated_at` between two reads begun after the loss is evidence of
 * life; nova's own "up" and "down" are evidence of nothing.
 *
 * Only an unchanged report over a whole report interval and slack is "quiet". Nothing here reads a clock of nova's.
 */
import type { ComputeService } from '../recovery/cloud.ts';
import type { Timing } from '../timing/timing.ts';
import type { HostName } from '../wire/records.ts';

/** From the begin of one read to the answer of the next, where nova is asked all the time and each answer takes its 20 s. */
const READS_APART_MS_MAX = 45_000;
/** A read that takes no longer tells of its begin: the slack covers that. */
const FAST_READ_MS = 1_000;

export type Report = 'alive' | 'quiet' | 'unknown';

interface Sighting {
  readonly updatedAt: string | null;
  readonly forcedDown: boolean;
  /** When the read that first showed this value was begun, and answered: it may tell of any moment in between. */
  readonly firstMs: number;
  readonly toldMs: number;
  /** When the last read that still showed it was begun. */
  readonly lastMs: number;
  /** A change to this value was seen, in a read begun then after one begun at `previousMs`. */
  readonly changed: { readonly previousMs: number } | null;
}

export interface NovaWitness {
  readonly sightings: Map<HostName, Sighting>;
  /** Vigil itself changed the record then: what was read before, or begun to be read, says nothing about the host. */
  readonly touchedMs: Map<HostName, number>;
  services: readonly ComputeService[];
  /** Begin of the last successful read; null before the first. */
  readMs: number | null;
  reading: boolean;
  lastTryMs: number | null;
  failure: string | null;
}

export function createNovaWitness(): NovaWitness {
  return {
    sightings: new Map(),
    touchedMs: new Map(),
    services: [],
    readMs: null,
    reading: false,
    lastTryMs: null,
    failure: null,
  };
}

/** Takes a complete service list into account; `begunMs` is when the request was sent, `toldMs` when it was answered. */
export function noteServices(
  witness: NovaWitness,
  services: readonly ComputeService[],
  begunMs: number,
  toldMs = begunMs,
): void {
  // An answer overtaken by that of a later read would look like a change.
  if (witness.readMs !== null && begunMs < witness.readMs) return;
  // What was begun to be read before Vigil told nova something shows what stood there before that.
  const isOlder = (host: HostName): boolean => begunMs <= (witness.touchedMs.get(host) ?? -1);
  const told = new Map(witness.services.map(({ host, forcedDown }) => [host, forcedDown]));
  witness.services = services.map((service) => {
    const forcedDown = isOlder(service.host) ? told.get(service.host) : undefined;
    return forcedDown === undefined ? service : { ...service, forcedDown };
  });
  witness.readMs = begunMs;
  for (const service of services) {
    if (isOlder(service.host)) continue;
    const before = witness.sightings.get(service.host);
    if (before !== undefined && before.updatedAt === service.updatedAt) {
      witness.sightings.set(service.host, { ...before, lastMs: begunMs });
    } else {
      // That somebody has set forced_down changes it, too; and while nova was not asked nobody knows what was.
      const isReport =
        before !== undefined &&
        before.forcedDown === service.forcedDown &&
        begunMs - before.lastMs <= READS_APART_MS_MAX;
      const changed = isReport ? { previousMs: before.lastMs } : null;
      witness.sightings.set(service.host, {
        updatedAt: service.updatedAt,
        forcedDown: service.forcedDown,
        firstMs: begunMs,
        toldMs,
        lastMs: begunMs,
        changed,
      });
    }
  }
  const listed = new Set(services.map(({ host }) => host));
  for (const host of witness.sightings.keys()) if (!listed.has(host)) witness.sightings.delete(host);
}

/** forced_down was set or cleared, which changes `updated_at` as a report would. */
export function noteTouched(witness: NovaWitness, host: HostName, now: number): void {
  witness.sightings.delete(host);
  witness.touchedMs.set(host, now);
}

/** Has nova-compute surely reported after that moment? Told by a change between two reads begun after it. */
export function reportedSince(witness: NovaWitness, host: HostName, sinceMs: number): boolean {
  const changed = witness.sightings.get(host)?.changed ?? null;
  return changed !== null && changed.previousMs >= sinceMs;
}

/** What nova-compute's reports say of a host that was last heard at `lossMs`. */
export function reportSince(
  witness: NovaWitness,
  host: HostName,
  lossMs: number,
  timing: Timing,
  now: number,
): Report {
  const seen = witness.sightings.get(host);
  if (seen === undefined) return 'unknown';
  const silentMs = timing.novaReportMs + timing.novaReportSlackMs;
  const reported = seen.changed !== null && seen.changed.previousMs >= lossMs;
  // A slow read may have shown what was so at its end.
  const fromMs = Math.max(seen.firstMs, seen.toldMs - FAST_READ_MS);
  // One report is life for as long as the next may take; where nova cannot be asked for that, or is not, no longer either.
  const isAsked = witness.failure === null && now - seen.lastMs <= READS_APART_MS_MAX;
  const askedMs = isAsked ? seen.lastMs : now;
  if (reported && askedMs - fromMs < silentMs) return 'alive';
  // A value that stood before the loss counts from the loss, one that came after it from its first sight.
  const quietMs = seen.lastMs - Math.max(fromMs, lossMs);
  return quietMs >= silentMs ? 'quiet' : 'unknown';
}
