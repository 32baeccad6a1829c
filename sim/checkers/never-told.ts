/**
 * INV-8, that a report begins at all: a host that is dead, hangs or is out of reach of its master is reported, for as long
 * as one master acts. Whether it is so is a fact of the world, whatever the verdict.
 */
import type { SimHost } from '../host.ts';
import { isRunning } from '../network.ts';
import type { World } from '../world.ts';
import type { Check, Checker } from './check.ts';

const LOOK_MS = 2_000;
/** A verdict takes 18 s, and a new master 30 s to know everybody; what is told only once it lasts is told by then. */
const TOLD_MS = 60_000;

export function watchNeverTold({ world, violate }: Check): Checker {
  const open = new Set<string>();
  const told = new Set<string>();
  /** By host: since when it has been so, to the master of now. */
  const since = new Map<string, number>();
  let master: string | null = null;
  world.events.listen((event) => {
    if (event.event === 'lease') since.clear();
    if (event.event !== 'report') return;
    const { cause, state } = event.report;
    if (state === 'end') open.delete(cause);
    else open.add(cause);
  });
  const look = (): void => {
    world.clock.after(LOOK_MS, look);
    const acting = world.masters();
    const [present = null] = acting;
    if (present === null || acting.length > 1 || present.name !== master || present.paused !== null)
      since.clear();
    master = present?.name ?? null;
    if (present === null) return;
    // What it takes for told, and is not, is told to end some day, and then ends what was never begun.
    const known = new Set([...open, ...(present.core?.reports.open.keys() ?? [])]);
    for (const host of world.hosts.values()) {
      const { name } = host;
      if (host === present || !isAway(world, host, present) || isTold(known, host, present.name)) {
        since.delete(name);
        continue;
      }
      const sinceMs = since.get(name) ?? world.clock.now;
      since.set(name, sinceMs);
      const forMs = world.clock.now - sinceMs;
      if (forMs < TOLD_MS + waitsMs(world) || told.has(name)) continue;
      told.add(name);
      violate(`${name} has been dead or out of reach for ${forMs} ms, and no report tells of it`, {
        hosts: [name, present.name],
      });
    }
  };
  look();
  return {};
}

/** Where the record of an incident cannot be read, a master begins with nothing before what it may have led to is over. */
function waitsMs({ volumes, timing }: World): number {
  const isLost = volumes.some(({ lease, cells }) => {
    const torn = lease ? cells.filter(({ state }) => state === 'damaged') : [];
    return torn.some(({ slot }, n) => torn.findIndex((cell) => cell.slot === slot) !== n);
  });
  return isLost ? timing.openRequestMs : 0;
}

/** Who is a member stands in the slots: of a host that never wrote one Vigil knows nothing. */
function isAway({ network, volumes }: World, host: SimHost, master: SimHost): boolean {
  const isMember = volumes.some(({ slotOf }) => slotOf.has(host.name));
  return isMember && !(isRunning(host) && network.connected(host, master));
}

/** Of the host, of all that are cut off and live, or of a master that takes itself for the one. */
function isTold(open: ReadonlySet<string>, host: SimHost, master: string): boolean {
  const { name } = host;
  const isCutOff = isRunning(host) && open.has('partition');
  if (isCutOff || open.has(`suspecting-myself/${master}`) || open.has(`reboot/${name}`)) return true;
  const starts = [`host/${name}/`, `incident/${name}/`];
  return (
    open.has(`incident/${name}`) || [...open].some((cause) => starts.some((start) => cause.startsWith(start)))
  );
}
