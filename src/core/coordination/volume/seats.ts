/** The lease seats of one volume as this host reads them: whose, which term, and for how long unchanged. */
import type { FormerHolder } from '../port.ts';
import type { SeatObservation } from '../../wire/observations.ts';
import type { AgentIncarnation, BlockHeader, HostName, SeatBody, Term } from '../../wire/records.ts';

export interface SeatTrack {
  readonly observation: SeatObservation;
  /** End of the read that first showed it so. */
  readonly changedMs: number;
  /** Of the newest write ever seen there, also while the block cannot be read; null: none to go by. */
  readonly newest: BlockHeader | null;
}

type SeatRead = Extract<SeatObservation, { readonly state: 'read' }>;

/**
 * Takes a read of all seats into account; gives those whose holder was seen to renew. A write of a former beat may land
 * late, over a newer one: it tells nothing of now, least of all that its owner does not hold the lease.
 */
export function noteSeats(
  seats: Map<number, SeatTrack>,
  observed: readonly SeatObservation[],
  endedMs: number,
): readonly SeatRead[] {
  const renewed: SeatRead[] = [];
  const there = new Set(observed.map(({ index }) => index));
  for (const [index, track] of seats) if (!there.has(index)) seats.set(index, { ...track, newest: null });
  for (const observation of observed) {
    const before = seats.get(observation.index);
    const newest = before?.newest ?? null;
    const header = observation.header ?? null;
    if (before !== undefined && (sameSeat(before.observation, observation) || isLate(newest, header)))
      continue;
    seats.set(observation.index, { observation, changedMs: endedMs, newest: header ?? newest });
    if (before !== undefined && isHolding(before.observation) && isHolding(observation))
      renewed.push(observation);
  }
  return renewed;
}

function isLate(newest: BlockHeader | null, header: BlockHeader | null): boolean {
  if (newest === null || header === null || newest.owner !== header.owner) return false;
  return (newest.incarnation - header.incarnation || newest.counter - header.counter) > 0;
}

/** Another volume counts anew, as does a seat that was freed: nothing there is older than what was seen before. */
export function forgetOrder(seats: Map<number, SeatTrack>): void {
  for (const [index, track] of seats) seats.set(index, { ...track, newest: null });
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
 * Since when no active seat but my own has changed; `now` if one is fresh, 0 if there is none. Own seats of a former
 * life of this agent count like those of others: it may still think that it holds the lease.
 */
export function quietSinceMs(seats: Iterable<SeatTrack>, host: HostName, agent: AgentIncarnation): number {
  let since = 0;
  for (const { observation, changedMs } of seats) {
    if (isActive(observation) && !isMine(observation, host, agent)) since = Math.max(since, changedMs);
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
): { readonly body: SeatBody; readonly changedMs: number } | null {
  let best: { readonly body: SeatBody; readonly changedMs: number } | null = null;
  for (const { observation, changedMs } of seats) {
    if (observation.state !== 'read' || observation.body.phase !== 'holding') continue;
    if (best === null || observation.body.term > best.body.term) best = { body: observation.body, changedMs };
  }
  return best;
}
