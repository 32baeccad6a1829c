/** INV-8: a cause is reported once when it begins and once when it ends, whoever is master meanwhile. */
import { MAX_OPEN_REPORTS } from '../../src/core/wire/records.ts';
import type { WorldEvent } from '../events.ts';
import type { Check, Checker } from './check.ts';
import { restlessness } from './comes-to-rest.ts';
import { CoveredWords } from './covered-words.ts';

/** A master whose lease ends so soon after a report may not have told its successor of it. */
const IN_TRANSIT_BEATS = 8;

interface Told {
  readonly atMs: number;
  readonly by: string;
  readonly cause: string;
  readonly state: 'begin' | 'end';
}

export function watchReportOnce({ world, released, violate }: Check): Checker {
  const open = new Map<string, Told>();
  let recent: Told[] = [];
  /** The last word of each cause, its end too. */
  const last = new Map<string, Told>();
  const covered = new CoveredWords(world);
  /** By host: when it was master last. What it tells in the step in which it ceases to be is not passed on either. */
  const ceasedMs = new Map<string, number>();
  /** Causes whose last word may have been lost with its speaker. */
  const doubtful = new Set<string>();
  /** When more was open than a seat can carry. */
  let crowdedMs: number | null = null;
  /** Who was master then: a late write of theirs tells as little. */
  const crowded = new Set<string>();
  let isCrowdBack = false;
  /** What its writer has told stood there alone; what an older master has left is taken for the last word now. */
  let isSeatTorn = false;
  /** A seat that was gone before others could read it had a higher term than they take: it outdoes their words. */
  let highestTerm = 0;
  let isSeatGone = false;
  let isTermBack = false;
  const inTransitMs = IN_TRANSIT_BEATS * world.timing.beatMs;
  const secondsAgo = ({ atMs }: Pick<Told, 'atMs'>): string =>
    `${((world.clock.now - atMs) / 1_000).toFixed(1)} s`;
  const isOwn = (cause: string): boolean => /^(volume|suspecting-myself|name|reboot)\//.test(cause);
  const noteCrowd = (master: string): void => {
    const ofMaster = [...open.keys()].filter((cause) => !isOwn(cause));
    // What a former one has not passed on the end of fills its book, too.
    const book = [...(world.host(master).core?.reports.open.values() ?? [])].filter(
      (known) => known.ofMaster,
    );
    if (Math.max(ofMaster.length, book.length) <= MAX_OPEN_REPORTS) return;
    crowdedMs = world.clock.now;
    crowded.add(master);
  };

  world.events.listen((event) => {
    const { now } = world.clock;
    if (event.event === 'lease') noteCrowd(event.host);
    if (event.event === 'report') noteCrowd(event.by);
    if (event.event === 'seat-torn') isSeatTorn = isSeatGone = true;
    if (event.event === 'late-write-landed' || isStale(event)) isSeatGone = true;
    if (event.event === 'journal' && event.name === 'master') {
      const term = Number(event.data['term']);
      if (isTermBack) for (const cause of last.keys()) if (!isOwn(cause)) doubtful.add(cause);
      isTermBack = isSeatGone && term <= highestTerm;
      if (term > highestTerm) isSeatGone = false;
      highestTerm = Math.max(highestTerm, term);
    }
    if (event.event === 'late-write-landed') isCrowdBack ||= crowded.has(event.host);
    if (event.event === 'lease') {
      if (isCrowdBack || (crowdedMs !== null && now - crowdedMs <= inTransitMs))
        for (const cause of open.keys()) doubtful.add(cause);
      recent = recent.filter(({ atMs }) => now - atMs <= inTransitMs);
      for (const { cause } of recent) doubtful.add(cause);
      if (event.holds && isSeatTorn) for (const cause of last.keys()) doubtful.add(cause);
      if (event.holds) isSeatTorn = isCrowdBack = false;
      if (!event.holds) ceasedMs.set(event.host, now);
      else
        for (const { cause, by, atMs } of last.values())
          if (!isOwn(cause) && covered.areLost(by, atMs, event.host)) doubtful.add(cause);
    }
    // An agent's reports of itself die with it.
    if (event.event === 'agent-started')
      for (const { by, cause } of open.values()) if (by === event.host && isOwn(cause)) doubtful.add(cause);
    if (event.event !== 'report' || event.report.state === 'update') return;
    const { cause, state } = event.report;
    const told = { atMs: now, by: event.by, cause, state };
    last.set(cause, told);
    recent.push(told);
    if (recent.length > RECENT_MAX) recent.shift();
    const before = open.get(cause);
    const concerned = { hosts: [event.by, event.report.host] };
    if (state === 'begin') {
      if (before !== undefined && !doubtful.has(cause))
        violate(
          `${event.by} begins ${cause} again, begun ${secondsAgo(before)} before by ${before.by}`,
          concerned,
        );
      open.set(cause, told);
    } else {
      if (before === undefined && !doubtful.has(cause))
        violate(`${event.by} ends ${cause}, which is not open`, concerned);
      open.delete(cause);
    }
    if (ceasedMs.get(event.by) === now && !isOwn(cause)) doubtful.add(cause);
    else doubtful.delete(cause);
  });
  return {
    atRest: () => {
      // What is still so has no end yet.
      if (restlessness(world, released).length > 0) return;
      for (const { cause, by, atMs } of open.values())
        if (!doubtful.has(cause))
          violate(`${cause}, begun ${secondsAgo({ atMs })} before by ${by}, has never ended`, {
            hosts: [by],
          });
    },
  };
}

/** Who reads from a broken cache writes over his own seat as if it had never been. */
const isStale = (event: WorldEvent): boolean =>
  event.event === 'action' && event.action.do === 'volume' && event.action.how === 'stale';

const RECENT_MAX = 1_000;
