/**
 * Evacuations that nova shows open, with what tells whether they will ever end: the boot in which their target claimed
 * them, and for how long they have stood still. The boots are in the incident's record, too: a target may die and come
 * back while masters change, and nova never ends its rows.
 */
import { formerBootLives } from '../evidence/boots.ts';
import { factsOf } from '../verdict/facts-now.ts';
import type { Core } from '../state.ts';
import {
  MAX_BOOTS_UNDER_WAY,
  MAX_ROWS_UNDER_WAY,
  type BootId,
  type HostName,
  type IncidentRecord,
  type RowsOfBoot,
} from '../wire/records.ts';
import type { Migration } from './cloud.ts';
import { isOpenEvacuation, isUnclaimedEvacuation } from './rows.ts';

export interface UnderWay {
  /** By row: a boot of its target that is not older than the one in which it claimed the row. */
  readonly boots: Map<number, BootId>;
  /** By row: what nova says of it, and since when it says so. */
  readonly standing: Map<number, { readonly status: string; readonly sinceMs: number }>;
}

export function createUnderWay({ underWay }: IncidentRecord): UnderWay {
  const boots = new Map(underWay.flatMap(({ boot, rows }) => rows.map((id) => [id, boot] as const)));
  return { boots, standing: new Map() };
}

/** Takes the rows of a complete reading into account, and forgets those that are over. */
export function noteUnderWay(core: Core, known: UnderWay, rows: readonly Migration[]): void {
  const open = rows.filter(isOpenEvacuation);
  const claimed = open.filter((row) => !isUnclaimedEvacuation(row));
  forgetOthers(known.standing, open);
  forgetOthers(known.boots, claimed);
  for (const { id, status } of open)
    if (known.standing.get(id)?.status !== status) known.standing.set(id, { status, sinceMs: core.now });
  for (const { id, target } of claimed) {
    const seenMs = known.standing.get(id)?.sinceMs ?? core.now;
    const boot = target === null ? null : bootOfClaim(core, target, seenMs);
    if (boot !== null && !known.boots.has(id)) known.boots.set(id, boot);
  }
}

function forgetOthers(map: Map<number, unknown>, rows: readonly Migration[]): void {
  const ids = new Set(rows.map(({ id }) => id));
  for (const id of map.keys()) if (!ids.has(id)) map.delete(id);
}

/**
 * A boot that was heard long before may be over, and a later one may have claimed the row. Not so if it was heard so
 * lately that no host boots since, or if nothing has been written since: nova-compute starts after the beats.
 */
function bootOfClaim(core: Core, host: HostName, seenMs: number): BootId | null {
  if (host === core.settings.host) return core.settings.boot;
  const evidence = core.hosts.get(host);
  if (evidence === undefined) return null;
  const { boot, bootLifeMs } = evidence;
  if (bootLifeMs !== null && bootLifeMs >= seenMs - core.settings.timing.networkLostMs) return boot;
  const { network, storage } = factsOf(core, evidence);
  return network !== 'fresh' && storage === 'lost' ? boot : null;
}

function bootOf(core: Core, host: HostName): BootId | null {
  return host === core.settings.host ? core.settings.boot : (core.hosts.get(host)?.boot ?? null);
}

/** What ran there in that boot has ended with it. */
export function hasBootedSince(core: Core, host: HostName, boot: BootId): boolean {
  const evidence = core.hosts.get(host);
  // Two machines with one name: which of them has booted nobody knows.
  if (evidence !== undefined && formerBootLives(evidence, core.settings.timing, core.now)) return false;
  const now = bootOf(core, host);
  return now !== null && now !== boot;
}

/** What the record is to say by now; null if it already tells of every row. Beyond its limits the newest count. */
export function toRecord({ boots }: UnderWay, record: IncidentRecord): readonly RowsOfBoot[] | null {
  const told = new Set(record.underWay.flatMap(({ rows }) => rows));
  const newestFirst = [...boots].sort(([a], [b]) => b - a).slice(0, MAX_ROWS_UNDER_WAY);
  const byBoot = new Map<BootId, number[]>();
  for (const [id, boot] of newestFirst) byBoot.set(boot, [...(byBoot.get(boot) ?? []), id]);
  const wanted = [...byBoot].slice(0, MAX_BOOTS_UNDER_WAY).map(([boot, rows]) => ({ boot, rows }));
  return wanted.every(({ rows }) => rows.every((id) => told.has(id))) ? null : wanted;
}
