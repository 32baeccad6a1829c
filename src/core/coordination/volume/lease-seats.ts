/** The lease on the seats of the lease volumes. */
import { all, type Task } from '../../lib/task.ts';
import type { Core } from '../../state.ts';
import { isReadable, type OwnVolume } from '../../volumes.ts';
import type { Heritage, Term } from '../../wire/records.ts';
import type { FormerHolder, Holder, LeaseStamp, Renewal } from '../port.ts';
import { leaseMajority, renewedOnMajorityMs } from './majority.ts';
import { apparentHolder, isGivenBack, quietSinceMs, rival, tracked } from './seats.ts';
import { slowestBeatRatio } from './slowest-beat.ts';
import { writeSeat } from './write-seat.ts';

/** All seats that nobody gave back have stood still for the lease time, on a majority. */
export function isVacant(core: Core): boolean {
  const { timing, host, agent } = core.settings;
  const leaseMs = timing.leaseMs * slowestBeatRatio(core);
  const quiet = core.leaseVolumes.filter(
    (volume) =>
      volume.seatIndex !== null &&
      isReadable(volume, timing.beatMs, core.now) &&
      core.now - quietSinceMs(volume.seats.values(), host, agent) >= leaseMs,
  );
  return quiet.length >= leaseMajority(core);
}

/** It has a seat on a majority, and its beats are there. */
export function hasPlace(core: Core): boolean {
  const places = core.leaseVolumes.filter(({ connected, seatIndex }) => connected && seatIndex !== null);
  return places.length >= leaseMajority(core);
}

/** By the highest term, and of one term the seat that moved last; volumes that cannot be read now tell of the past. */
export function holder(core: Core): Holder | null {
  const { beatMs } = core.settings.timing;
  let best: Holder | null = null;
  for (const volume of core.leaseVolumes) {
    if (!isReadable(volume, beatMs, core.now)) continue;
    const found = apparentHolder(volume.seats.values());
    if (found === null) continue;
    const { body, authentic, shownMs } = found;
    const newer =
      best === null || body.term > best.term || (body.term === best.term && shownMs > best.movedMs);
    const { host, address, term } = body;
    if (newer) best = { host, address, term, authentic, movedMs: shownMs };
  }
  return best;
}

export function sawHolder(core: Core): boolean {
  return core.leaseVolumes.some((volume) => volume.previousHolderSeen);
}

/**
 * By the highest term that was seen on any lease volume, and where it was last seen to renew: one that was out of reach
 * meanwhile tells of the past. One that gave the lease back has left nothing undone.
 */
export function former(core: Core): FormerHolder | null {
  const seen = core.leaseVolumes.flatMap(({ holderSeen }) => holderSeen ?? []);
  const [last] = [...seen].sort((a, b) => b.term - a.term || b.renewedMs - a.renewedMs);
  if (last === undefined) return null;
  const gaveBack =
    seen.some((one) => one.term === last.term && one.gaveBack) ||
    core.leaseVolumes.some(({ seats }) => isGivenBack(last, tracked(seats)));
  return gaveBack ? null : last;
}

/** A seat whose last write is unanswered is not written again: the beat does one thing after the other. */
export function renewals(core: Core, term: Term): readonly Task<Renewal | null>[] {
  return core.leaseVolumes
    .filter(
      ({ connected, seatIndex, seatWriteOpenMs }) =>
        connected && seatIndex !== null && seatWriteOpenMs === null,
    )
    .map((volume) => renewal(core, volume, term));
}

function* renewal(core: Core, volume: OwnVolume, term: Term): Task<Renewal | null> {
  const begunMs = core.now;
  if (!(yield* writeSeat(core, volume, term, 'holding'))) return null;
  const other = rival(tracked(volume.seats), core.settings.host, term);
  return other === null
    ? { store: volume.name, begunMs, rival: null }
    : { store: volume.name, rival: { host: other.host, term: other.term } };
}

export function* release(core: Core, term: Term): Task<void> {
  const mine = core.leaseVolumes.filter(({ connected, seatIndex }) => connected && seatIndex !== null);
  yield* all(
    mine.map((volume) => writeSeat(core, volume, term, 'released')),
    () => true,
  );
}

export function remainingMs({ lease, leaseVolumes, settings, now }: Core): number {
  if (lease.phase !== 'holding') return 0;
  const renewed = renewedOnMajorityMs(lease.renewedMs, leaseVolumes.length);
  return renewed === null ? 0 : renewed + settings.timing.holdMs - now;
}

/** The own seats as last read back. */
export function stamp(core: Core): LeaseStamp {
  return core.leaseVolumes.flatMap(({ uuid, ownSeat }) =>
    uuid === null || ownSeat === null ? [] : [{ volumeUuid: uuid, ...ownSeat }],
  );
}

/** Too few seats are left that a slave could read and take for those of the stamp. */
export function isPast(core: Core, then: LeaseStamp, renewals: number): boolean {
  const own = stamp(core);
  const valid = then.filter((seen) => {
    const now = own.find(({ volumeUuid }) => volumeUuid === seen.volumeUuid);
    return (
      now === undefined || (now.incarnation === seen.incarnation && now.counter <= seen.counter + renewals)
    );
  });
  return valid.length < leaseMajority(core);
}

/** What all seats but the own agent's say. Asked each beat: nothing is made on the way. */
export function heritage(core: Core): readonly Heritage[] {
  const told: Heritage[] = [];
  for (const { seats } of core.leaseVolumes)
    for (const { observation } of seats.values())
      if (observation.state === 'read' && observation.body.agent !== core.settings.agent)
        told.push(observation.body.heritage);
  return told;
}
