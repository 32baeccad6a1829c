/** Writing the own lease seat. */
import type { Task } from '../../lib/task.ts';
import { heritageOf } from '../../reports/book.ts';
import { request } from '../../requests.ts';
import type { Core } from '../../state.ts';
import type { OwnVolume } from '../../volumes.ts';
import type { SeatBody, Term } from '../../wire/records.ts';
import { isMine, noteSeats } from './seats.ts';

/** Writes the own seat and takes all seats as read back into account; false if that did not end well by the deadline. */
export function* writeSeat(
  core: Core,
  volume: OwnVolume,
  term: Term,
  phase: SeatBody['phase'],
): Task<boolean> {
  const { host, address, agent, timing } = core.settings;
  volume.seatWriteOpenMs = core.now;
  const done = yield* request(
    core,
    {
      do: 'write-seat',
      volume: volume.name,
      body: { host, address, agent, term, phase, heritage: heritageOf(core.reports) },
    },
    timing.seatWriteMs,
  );
  if (done === null) return false;
  volume.seatWriteOpenMs = null;
  if (!done.ok) return false;
  noteSeats(volume, done.seats, done, timing.followMs);
  const mine = done.seats.find((seat) => isMine(seat, host, agent));
  if (mine?.state === 'read') {
    const { incarnation, counter } = mine.header;
    volume.ownSeat = { seat: mine.index, incarnation, counter };
  }
  return true;
}
