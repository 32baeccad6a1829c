/**
 * Claiming the lease on a majority of lease volumes: check, write, settle, read back. A write of a former beat may land
 * late, and cover a renewal or a claim that nobody has read yet: so a claim voids itself if any seat changed between its
 * check and its read-back, unless its owner gave it back under the eyes of this host.
 */
import { all, type Task } from '../../lib/task.ts';
import { request, sleep } from '../../requests.ts';
import type { Core } from '../../state.ts';
import { isGibberish, type OwnVolume } from '../../volumes.ts';
import type { Term } from '../../wire/records.ts';
import { noteEvidence } from '../../evidence/note.ts';
import type { ClaimEnd } from '../port.ts';
import { majorityOf } from './majority.ts';
import { highestTerm, isMine, noteSeats, quietSinceMs, rival, type SeatTrack, tracked } from './seats.ts';
import { slowestBeatRatio } from './slowest-beat.ts';
import { writeSeat } from './write-seat.ts';

interface Checked {
  readonly volume: OwnVolume;
  readonly seats: ReadonlyMap<number, SeatTrack>;
}

export function* claim(core: Core): Task<ClaimEnd> {
  const { timing, host } = core.settings;
  const volumes = core.leaseVolumes;
  const majority = majorityOf(volumes.length);
  const begunMs = core.now;

  const checked = present(
    yield* all(
      volumes.map((volume) => check(core, volume)),
      () => true,
    ),
  );
  if (checked.length < majority)
    return lost(false, 'lease volumes are not readable or not quiet on a majority');
  // The slots have just been read.
  const ratio = slowestBeatRatio(core);

  const term = nextTerm(core);
  core.lease = { phase: 'claiming', term, begunMs };
  const written = present(
    yield* all(
      checked.map((seen) => writeClaim(core, seen, term)),
      () => true,
    ),
  );
  if (written.length < majority) return lost(true, 'the claim could not be written on a majority', true);

  yield* sleep(core, timing.settleMs * ratio);
  const settled = present(
    yield* all(
      written.map((seen) => readBack(core, seen, term)),
      () => true,
    ),
  );
  if (settled.length < majority) return lost(true, 'another host claims or holds the lease');
  if (core.now - begunMs > timing.claimMsMax * ratio) return lost(true, 'the claim took too long', true);
  if ([...core.volumes.values()].some(({ seats }) => rival(tracked(seats), host, term) !== null)) {
    return lost(true, 'another host claims or holds the lease');
  }
  // Where it goes by slower beats than its own, what it has written is older by now than its own lease lasts.
  const renewed =
    ratio === 1
      ? settled
      : present(
          yield* all(
            settled.map((seen) => writeClaim(core, seen, term)),
            () => true,
          ),
        );
  if (renewed.length < majority) return lost(true, 'the claim could not be written on a majority', true);
  return {
    won: true,
    term,
    renewedMs: new Map(renewed.map(({ volume, begunMs }) => [volume.name, begunMs])),
  };
}

function lost(wrote: boolean, why: string, tooSlow = false): ClaimEnd {
  return { won: false, why, wrote, tooSlow };
}

/** Reads the volume anew: a claim is never built on what a beat said a second ago. */
function* check(core: Core, volume: OwnVolume): Task<Checked | null> {
  const { timing, host, agent } = core.settings;
  if (volume.seatIndex === null || volume.seatWriteOpenMs !== null) return null;
  const read = yield* request(
    core,
    { do: 'read-volume', volume: volume.name, what: ['seats', 'slots'] },
    // One that takes longer would void the claim on the others, too.
    timing.claimMsMax - timing.settleMs - timing.seatWriteMs,
  );
  if (read === null || !read.ok || read.seats === null) return null;
  noteSeats(volume, read.seats, read, timing.followMs);
  // A claim that it could not read back would only cost another host the lease.
  if (read.slots !== null && isGibberish(read.slots)) return null;
  if (read.slots !== null) noteEvidence(core, volume, read.slots, read);
  const quietMs = read.begunMs - quietSinceMs(volume.seats.values(), host, agent);
  return quietMs >= timing.leaseMs * slowestBeatRatio(core) ? { volume, seats: new Map(volume.seats) } : null;
}

/** Higher than every term anybody has ever told of. */
function nextTerm(core: Core): Term {
  let highest = core.termSeen;
  for (const volume of core.volumes.values()) highest = Math.max(highest, highestTerm(volume.seats.values()));
  return highest + 1;
}

function* writeClaim(core: Core, seen: Checked, term: Term): Task<(Checked & { begunMs: number }) | null> {
  const begunMs = core.now;
  return (yield* writeSeat(core, seen.volume, term, 'claiming')) ? { ...seen, begunMs } : null;
}

function* readBack(
  core: Core,
  seen: Checked & { begunMs: number },
  term: Term,
): Task<(Checked & { begunMs: number }) | null> {
  const { host, agent, timing } = core.settings;
  const read = yield* request(
    core,
    { do: 'read-volume', volume: seen.volume.name, what: ['seats'] },
    timing.seatWriteMs,
  );
  if (read === null || !read.ok || read.seats === null) return null;
  noteSeats(seen.volume, read.seats, read, timing.followMs);
  if (rival(tracked(seen.volume.seats), host, term) !== null) return null;
  // That it stands there, and not only did.
  const mine = read.seats.find((seat) => isMine(seat, host, agent));
  if (mine === undefined || mine.state !== 'read' || mine.body.term !== term) return null;
  return othersMoved(core, seen) ? null : seen;
}

/** A holder that renewed in between has not noticed the claim yet, so it is the claim that must go. */
function othersMoved(core: Core, { volume, seats }: Checked): boolean {
  const { host, agent } = core.settings;
  return [...volume.seats].some(
    ([index, track]) =>
      !track.isFree && !isMine(track.observation, host, agent) && track !== seats.get(index),
  );
}

function present<Value>(values: readonly (Value | null)[]): Value[] {
  return values.filter((value) => value !== null);
}
