/** A cause is reported once when it begins and once when it ends, whoever is master meanwhile. */
import type { World } from './world.ts';

/** A master whose lease ends so soon after a report may not have told its successor of it. */
const IN_TRANSIT_MS = 20_000;

export function reportTroubles(world: World): readonly string[] {
  const open = new Map<string, number>();
  const troubles: string[] = [];
  const lost = inTransit(world);
  for (const { atMs, by, report } of world.reports) {
    const { cause, state } = report;
    if (lost.has(cause)) continue;
    if (state === 'begin') {
      if (open.has(cause)) troubles.push(`${atMs}: ${by} begins ${cause} again`);
      open.set(cause, atMs);
    } else if (state === 'end') {
      if (!open.has(cause)) troubles.push(`${atMs}: ${by} ends ${cause}, which is not open`);
      open.delete(cause);
    }
  }
  for (const [cause, atMs] of open) troubles.push(`${atMs}: ${cause} is begun and never ended`);
  return troubles;
}

function inTransit({ reports, journal, hosts }: World): ReadonlySet<string> {
  const changes = journal.filter(({ event }) => event === 'master' || event === 'stepped-down');
  const causes = reports
    .filter(({ atMs, by, report }) => {
      // An agent's reports of itself die with it.
      if (/^(volume|master)\//.test(report.cause)) return (hosts.get(by)?.agentLife ?? 0) > 1;
      return changes.some((change) => change.atMs > atMs && change.atMs <= atMs + IN_TRANSIT_MS);
    })
    .map(({ report }) => report.cause);
  return new Set(causes);
}
