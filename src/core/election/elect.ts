/** The lease beat by beat: when to claim, renew, step down and give back. */
import { start, type Task } from '../lib/task.ts';
import { createMastership } from '../master/mastership.ts';
import { takeOver } from '../master/take-over.ts';
import { isFit, missesMasterMs } from '../link/link.ts';
import { isUnfit } from '../evidence/observer.ts';
import { dropMasterReports, end, noteHeritage } from '../reports/book.ts';
import type { Core } from '../state.ts';
import { isReadable, type OwnVolume } from '../volumes.ts';
import type { SeatObservation } from '../wire/observations.ts';
import { readOwnCells } from '../operator/gate.ts';
import { claim, type ClaimEnd, writeSeat } from './claim.ts';
import { leaseVolumes, majorityOf, remainingMs, watching } from './lease.ts';
import { apparentHolder, isMine, otherSeats, quietSinceMs, rival } from './seats.ts';

/** Each beat. */
export function elect(core: Core): void {
  if (!core.settings.eligible) return;
  watchSlots(core);
  switch (core.lease.phase) {
    case 'watching':
      considerClaim(core);
      return;
    case 'claiming':
      return;
    case 'holding':
      renew(core);
      return;
  }
}

/** At each input: the lease may run out between beats. */
export function checkLease(core: Core): void {
  const { lease, settings } = core;
  if (lease.phase !== 'holding') return;
  if (remainingMs(lease, leaseVolumes(core.volumes.values()).length, settings.timing, core.now) > 0) return;
  stepDown(core, 'the lease could not be renewed in time');
}

/** The lease is read always, the slots from the moment the master is missed, so that a new one need not start from zero. */
function watchSlots(core: Core): void {
  const { timing } = core.settings;
  const missed =
    core.lease.phase !== 'watching' || missesMasterMs(core) >= timing.suspectMs || !holderMoves(core);
  for (const volume of core.volumes.values()) {
    if (!volume.connected || volume.watching === missed) continue;
    volume.watching = missed;
    core.outbox.push({ do: 'watch', volume: volume.name, slots: missed });
  }
}

function holderMoves(core: Core): boolean {
  return leaseVolumes(core.volumes.values()).some((volume) => {
    const holder = apparentHolder(volume.seats.values());
    return (
      holder !== null &&
      core.now - holder.changedMs <= core.settings.timing.suspectMs + core.settings.timing.beatMs
    );
  });
}

function considerClaim(core: Core): void {
  const { lease, settings, now } = core;
  if (lease.phase !== 'watching' || core.leaving !== null || now < lease.notBeforeMs) return;
  const { timing } = settings;
  if (isUnfit(core.observer, timing, now) || !isFreeOfIncident(core)) return;
  const volumes = leaseVolumes(core.volumes.values());
  const quiet = volumes.filter((volume) => isQuiet(core, volume));
  if (quiet.length < majorityOf(volumes.length)) {
    if (lease.wantedSinceMs !== null) core.lease = { ...lease, wantedSinceMs: null };
    return;
  }
  if (lease.wantedSinceMs === null) {
    // A host that hears nobody leaves the others the time of two leases; equals are told apart by chance.
    const staggerMs = core.random.below(timing.beatMs) + (isFit(core) ? 0 : 2 * timing.leaseMs);
    core.lease = { ...lease, wantedSinceMs: now, staggerMs };
  } else if (now - lease.wantedSinceMs >= lease.staggerMs) {
    start(tryToClaim(core), () => true);
  }
}

/** A host that was declared failed is judged by others until its incident is closed. */
function isFreeOfIncident({ ownIncident }: Core): boolean {
  return ownIncident === null || (ownIncident !== 'unread' && ownIncident.phase === 'closed');
}

function isQuiet(core: Core, volume: OwnVolume): boolean {
  const { timing, host, agent } = core.settings;
  if (volume.seatIndex === null || !isReadable(volume, timing.beatMs, core.now)) return false;
  return core.now - quietSinceMs(volume.seats.values(), host, agent) >= timing.leaseMs;
}

function* tryToClaim(core: Core): Task<void> {
  const { timing } = core.settings;
  const sawPreviousHolder = leaseVolumes(core.volumes.values()).some((volume) => volume.previousHolderSeen);
  core.lease = { phase: 'claiming', term: core.termSeen + 1, begunMs: core.now };
  noteHeritage(core, otherSeats(core));
  const ended = yield* claimIfFree(core);
  if (core.leaving !== null || !ended.won) {
    const why = ended.won ? 'the agent is stopping' : ended.why;
    const term = core.lease.phase === 'claiming' ? core.lease.term : core.termSeen;
    core.outbox.push({ do: 'journal', event: 'claim-withdrawn', data: { term, why } });
    core.lease = watching(core.now + core.random.below(timing.claimBackoffMsMax));
    yield* withdraw(core, ended.won ? leaseVolumes(core.volumes.values()) : ended.wrote, term);
    return;
  }
  core.termSeen = Math.max(core.termSeen, ended.term);
  core.lease = { phase: 'holding', term: ended.term, renewedMs: ended.renewedMs, sawPreviousHolder };
  core.master = createMastership(ended.term, core.now, sawPreviousHolder);
  core.outbox.push({ do: 'journal', event: 'master', data: { term: ended.term, sawPreviousHolder } });
  renew(core);
  takeOver(core, core.master);
}

/** Whether others declared this host failed is read anew: it may have been while it saw nothing. */
function* claimIfFree(core: Core): Task<ClaimEnd> {
  if (!(yield* readOwnCells(core)) || !isFreeOfIncident(core)) {
    return { won: false, why: 'an incident of this host is open, or cannot be read', wrote: [] };
  }
  return yield* claim(core, () => true);
}

/** Leaves no seat behind that says `claiming`; where that cannot be written, others wait out the lease time. */
function* withdraw(core: Core, volumes: readonly OwnVolume[], term: number): Task<void> {
  for (const volume of volumes) {
    if (volume.connected && volume.seatIndex !== null) yield* writeSeat(core, volume, term, 'released');
  }
}

function renew(core: Core): void {
  for (const volume of leaseVolumes(core.volumes.values())) {
    if (volume.connected && volume.seatIndex !== null && volume.seatWriteOpenMs === null) {
      start(renewOn(core, volume), () => core.lease.phase === 'holding');
    }
  }
}

function* renewOn(core: Core, volume: OwnVolume): Task<void> {
  const { lease, master } = core;
  if (lease.phase !== 'holding' || master === null) return;
  const begunMs = core.now;
  const seats = yield* writeSeat(core, volume, lease.term, 'holding');
  if (seats === null || core.master !== master || core.lease.phase !== 'holding') return;
  const { host, agent } = core.settings;
  const other = rival(seats, host, agent, lease.term);
  if (other !== null) {
    stepDown(core, `${other.host} has term ${other.term}`);
    return;
  }
  core.lease = { ...core.lease, renewedMs: new Map([...core.lease.renewedMs, [volume.name, begunMs]]) };
  noteOwnSeat(core, volume, seats);
}

function noteOwnSeat(core: Core, volume: OwnVolume, seats: readonly SeatObservation[]): void {
  const { host, agent } = core.settings;
  const mine = seats.find((seat) => isMine(seat, host, agent));
  if (mine?.state !== 'read' || volume.uuid === null) return;
  const { incarnation, counter } = mine.header;
  core.master?.seatSeen.set(volume.uuid, { volumeUuid: volume.uuid, seat: mine.index, incarnation, counter });
}

export function stepDown(core: Core, why: string): void {
  const { lease } = core;
  if (lease.phase !== 'holding') return;
  core.lease = watching(core.now + core.settings.timing.leaseMs);
  core.master = null;
  core.link.sinceMs = core.now;
  end(core, 'master/suspecting-myself', 'this agent is no longer the master');
  dropMasterReports(core, lease.term);
  core.outbox.push({ do: 'journal', event: 'stepped-down', data: { term: lease.term, why } });
}

/** Gives the lease back so that others need not wait it out; ends when the seats are written or past their deadline. */
export function* giveBack(core: Core, why: string, waitMs: number): Task<void> {
  const { lease } = core;
  if (lease.phase !== 'holding') return;
  const { term } = lease;
  stepDown(core, why);
  core.lease = watching(core.now + waitMs);
  yield* withdraw(core, leaseVolumes(core.volumes.values()), term);
}
