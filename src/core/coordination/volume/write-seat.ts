/** Writing the own lease seat. */
import type { Task } from '../../lib/task.ts';
import { openForSeat } from '../../reports/book.ts';
import { request } from '../../requests.ts';
import type { Core } from '../../state.ts';
import type { OwnVolume } from '../../volumes.ts';
import type { SeatObservation } from '../../wire/observations.ts';
import type { SeatBody, Term } from '../../wire/records.ts';
import { isMine, noteSeats } from './seats.ts';

/** Writes the own seat and reads all seats back; null if that did not end well within the deadline. */
export function* writeSeat(
  core: Core,
  volume: OwnVolume,
  term: Term,
  phase: SeatBody['phase'],
): Task<readonly SeatObservation[] | null> {
  const { host, address, agent, timing } = core.settings;
  volume.seatWriteOpenMs = core.now;
  const done = yield* request(
    core,
    {
      do: 'write-seat',
      volume: volume.name,
      body: { host, address, agent, term, phase, openReports: openForSeat(core.reports) },
    },
    timing.seatWriteMs,
  );
  if (done === null) return null;
  volume.seatWriteOpenMs = null;
  if (!done.ok) return null;
  noteSeats(volume.seats, done.seats, done.endedMs);
  const mine = done.seats.find((seat) => isMine(seat, host, agent));
  if (mine?.state === 'read') {
    const { incarnation, counter } = mine.header;
    volume.ownSeat = { seat: mine.index, incarnation, counter };
  }
  return done.seats;
}
