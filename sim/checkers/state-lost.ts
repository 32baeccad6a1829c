/** INV-9: maintenance and open incidents outlive masters, agents and the power of the whole site. */
import type { SimHost } from '../host.ts';
import type { IncidentRecord } from '../../src/core/wire/records.ts';
import type { World } from '../world.ts';
import type { Check, Checker } from './check.ts';
import { KeptMaintenance } from './kept-maintenance.ts';

const LOOK_MS = 1_000;
/** For a new master to read the cells, and to see each host. */
const ADOPTED_MS = 30_000;

export function watchStateLost({ world, violate }: Check): Checker {
  /** By victim: written down, and not closed. */
  const open = new Map<string, string>();
  const kept = new KeptMaintenance(world);
  const since = new Map<SimHost, number>(world.masters().map((host) => [host, world.clock.now]));
  const told = new Set<string>();

  world.events.listen((event) => {
    if (event.event === 'lease') {
      if (event.holds) since.set(world.host(event.host), world.clock.now);
      else since.delete(world.host(event.host));
    }
    // A person has taken the host out, whatever was open.
    if (event.event === 'action' && event.action.do === 'free-slot' && event.action.force)
      open.delete(event.action.host);
    if (event.event === 'journal' && event.name === 'incident') {
      const { victim, phase } = event.data;
      if (phase === 'closed') open.delete(String(victim));
      else open.set(String(victim), String(phase));
    }
  });
  const look = (): void => {
    world.clock.after(LOOK_MS, look);
    for (const [host, sinceMs] of since) {
      const { master } = host.core ?? {};
      if (master === null || master === undefined || !master.adopted) continue;
      if (world.clock.now - sinceMs < ADOPTED_MS) {
        // What closed it may be covered later, by what a former master had on its way.
        for (const victim of open.keys()) if (isClosed(world, victim)) open.delete(victim);
        continue;
      }
      // Of its own it is not the judge.
      for (const [victim, phase] of open) {
        if (victim === host.name || master.incidents.has(victim) || told.has(victim)) continue;
        // With its slot an operator has freed its cells.
        if (isClosed(world, victim) || !world.volumes.some((volume) => volume.has(victim))) {
          open.delete(victim);
          continue;
        }
        told.add(victim);
        violate(`${host.name} knows nothing of the incident of ${victim}, which was ${phase}`, {
          hosts: [host.name, victim],
        });
      }
    }
    for (const { words, hosts } of kept.forgotten()) {
      if (told.has(words)) continue;
      told.add(words);
      violate(words, { hosts });
    }
  };
  look();
  return {};
}

/**
 * By what some majority shows, also if it was written too late for its writer to know: of one incident nothing comes after
 * `closed`, and what stands on a minority may be found or not. Looked at without the core's own rule for which record
 * counts, which may be what is wrong.
 */
function isClosed({ volumes }: World, victim: string): boolean {
  const stores = volumes.filter(({ lease }) => lease);
  const newest = stores.flatMap(({ cells }) => {
    const records = cells.flatMap((cell) =>
      cell.state === 'read' && cell.body.victim === victim ? [cell.body] : [],
    );
    return records.sort((a, b) => b.term - a.term || b.sequence - a.sequence).slice(0, 1);
  });
  const isOlder = (one: IncidentRecord, than: IncidentRecord): boolean =>
    one.term < than.term || (one.term === than.term && one.sequence <= than.sequence);
  return newest.some((record) => {
    const later = newest.filter((other) => !isOlder(other, record));
    return record.phase === 'closed' && stores.length - later.length > stores.length / 2;
  });
}
