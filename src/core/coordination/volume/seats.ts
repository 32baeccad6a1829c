/** The lease seats of one volume as this host reads them: whose, which term, and for how long unchanged. */
import type { FormerHolder } from '../port.ts';
import type { SeatObservation } from '../../wire/observations.ts';
import type { AgentIncarnation, BlockHeader, HostName, SeatBody, Term } from '../../wire/records.ts';

export interface SeatTrack {
  /** What counts of it: the newest write as far as it was ever seen, and the end of the read that first showed it. */
  readonly observation: SeatObservation;
  readonly shownMs: number;
  /** What the last read showed, and the end of the read that first did; not what counts where a late write covers it. */
  readonly standing: SeatObservation;
  readonly changedMs: number;
  /** Its owner gave it back under the eyes of this host: nobody has to be waited for. */
  readonly isFree: boolean;
  /** Of the newest write ever seen there, also while the block cannot be read; null: none to go by. */
  readonly newest: BlockHeader | null;
}

export interface Seats {
  readonly seats: Map<number, SeatTrack>;
  /** Start of the last good read of them. */
  seatsReadMs: number | null;
}

interface ReadTimes {
  readonly begunMs: number;
  readonly endedMs: number;
}

type SeatRead = Extract<SeatObservation, { readonly state: 'read' }>;

/**
 * Takes a read of all seats into account; gives those whose holder was seen to renew. A write of a former beat may land
 * late, over a newer one. What it says counts for nothing, but what it covers may be a renewal that nobody has read.
 * `followMs`: a read that begins and ends within this of the one before has missed no claim that was held on to.
 */
export function noteSeats(
  into: Seats,
  observed: readonly SeatObservation[],
  { begunMs, endedMs }: ReadTimes,
  followMs: number,
): readonly SeatRead[] {
  const { seats, seatsReadMs } = into;
  const follows = seatsReadMs !== null && endedMs - seatsReadMs < followMs;
  const renewed: SeatRead[] = [];
  forgetOrderOfFreed(seats, observed);
  for (const observation of observed) {
    const before = seats.get(observation.index);
    if (before !== undefined && sameSeat(before.standing, observation)) continue;
    const newest = before?.newest ?? null;
    const header = observation.header ?? null;
    const stood = newest === null ? null : (before?.standing.header ?? null);
    if (before !== undefined && isLate(newest, header)) {
      seats.set(observation.index, { ...before, standing: observation, changedMs: endedMs, isFree: false });
      continue;
    }
    seats.set(observation.index, {
      observation,
      shownMs: endedMs,
      standing: observation,
      changedMs: endedMs,
      // To whoever comes anew it may be a late write as well, over one of a holder; so it may where one of another beat stood.
      isFree: follows && isOfOneBeat(stood, header) && !isActive(observation),
      newest: header ?? newest,
    });
    if (before !== undefined && isHolding(before.observation) && isHolding(observation))
      renewed.push(observation);
  }
  into.seatsReadMs = Math.max(seatsReadMs ?? -Infinity, begunMs);
  return renewed;
}

/** A seat that was freed counts anew. */
function forgetOrderOfFreed(seats: Map<number, SeatTrack>, observed: readonly SeatObservation[]): void {
  const known = observed.reduce((count, { index }) => count + (seats.has(index) ? 1 : 0), 0);
  if (known === seats.size) return;
  const there = new Set(observed.map(({ index }) => index));
  for (const [index, track] of seats)
    if (!there.has(index) && track.newest !== null) seats.set(index, { ...track, newest: null });
}

function isLate(newest: BlockHeader | null, header: BlockHeader | null): boolean {
  if (newest === null || header === null || newest.owner !== header.owner) return false;
  return (newest.incarnation - header.incarnation || newest.counter - header.counter) > 0;
}

/** A beat leaves one write behind at most: what follows another write of the same beat has not come late over a third. */
function isOfOneBeat(one: BlockHeader | null, other: BlockHeader | null): boolean {
  return one?.owner === other?.owner && one?.incarnation === other?.incarnation;
}

/** Another volume counts anew: nothing there is older than what was seen before. */
export function forgetOrder(into: Seats): void {
  for (const [index, track] of into.seats) into.seats.set(index, { ...track, newest: null });
  into.seatsReadMs = null;
}

/** What counts of each seat: its newest write as far as it was ever seen. */
export function tracked(seats: ReadonlyMap<number, SeatTrack>): readonly SeatObservation[] {
  return [...seats.values()].map(({ observation }) => observation);
}

/** Of the highest term that was seen to renew on one volume. */
export interface HolderSeen extends FormerHolder {
  readonly gaveBack: boolean;
}

/** Who has held the lease last, after a read of all seats. */
export function noteHolder(
  before: HolderSeen | null,
  renewed: readonly SeatRead[],
  observed: readonly SeatObservation[],
  endedMs: number,
): HolderSeen | null {
  let last = before;
  for (const { body, header } of renewed)
    if (last === null || body.term >= last.term)
      last = { host: body.host, boot: header.boot, term: body.term, renewedMs: endedMs, gaveBack: false };
  return last !== null && isGivenBack(last, observed) ? { ...last, gaveBack: true } : last;
}

/** A claim that it made later and withdrew is of a higher term, and no end of this one. */
export function isGivenBack({ host, term }: FormerHolder, seats: readonly SeatObservation[]): boolean {
  return seats.some(
    (seat) =>
      seat.state === 'read' &&
      seat.body.host === host &&
      seat.body.phase === 'released' &&
      seat.body.term === term,
  );
}

function isHolding(observation: SeatObservation): observation is SeatRead {
  return observation.state === 'read' && observation.body.phase === 'holding';
}

export function sameSeat(a: SeatObservation, b: SeatObservation): boolean {
  if (a.state === 'damaged' || b.state === 'damaged') {
    // A seat that cannot be understood and goes on being written has an owner who may hold the lease.
    return (
      a.state === b.state &&
      a.header?.incarnation === b.header?.incarnation &&
      a.header?.counter === b.header?.counter
    );
  }
  return (
    a.header.incarnation === b.header.incarnation &&
    a.header.counter === b.header.counter &&
    a.body.term === b.body.term &&
    a.body.phase === b.body.phase
  );
}

/** A seat whose owner acts or is about to; a damaged one may be such a seat. */
export function isActive(observation: SeatObservation): boolean {
  return (
    observation.state === 'damaged' ||
    observation.body.phase === 'claiming' ||
    observation.body.phase === 'holding'
  );
}

export function isMine(observation: SeatObservation, host: HostName, agent: AgentIncarnation): boolean {
  return observation.state === 'read' && observation.body.host === host && observation.body.agent === agent;
}

export function highestTerm(seats: Iterable<SeatTrack>): Term {
  let highest = 0;
  for (const { observation } of seats) {
    if (observation.state === 'read') highest = Math.max(highest, observation.body.term);
  }
  return highest;
}

/**
 * Since when nothing has changed in the seats of others but what was given back; 0 if there is no such seat. Own seats
 * of a former life of this agent count like those of others: it may still think that it holds the lease.
 */
export function quietSinceMs(seats: Iterable<SeatTrack>, host: HostName, agent: AgentIncarnation): number {
  let since = 0;
  for (const { observation, changedMs, isFree } of seats) {
    if (!isFree && !isMine(observation, host, agent)) since = Math.max(since, changedMs);
  }
  return since;
}

/** Another seat with at least this term, if any: whoever sees one does not hold. */
export function rival(seats: readonly SeatObservation[], host: HostName, term: Term): SeatBody | null {
  for (const seat of seats)
    if (seat.state === 'read' && seat.body.host !== host && seat.body.term >= term) return seat.body;
  return null;
}

/** Who seems to hold the lease: the highest term in phase holding. Says nothing about whether it still acts. */
export function apparentHolder(
  seats: Iterable<SeatTrack>,
): { readonly body: SeatBody; readonly authentic: boolean; readonly shownMs: number } | null {
  let best: { readonly body: SeatBody; readonly authentic: boolean; readonly shownMs: number } | null = null;
  for (const { observation, shownMs } of seats) {
    if (observation.state !== 'read' || observation.body.phase !== 'holding') continue;
    const { body, authentic } = observation;
    if (best === null || body.term > best.body.term) best = { body, authentic, shownMs };
  }
  return best;
}
