/** What a beat answers, its blocks as observations. */
import type { BeatMessage, BlockReport, ReadWhat } from '../../core/wire/beat-messages.ts';
import type { ReadDone, SeatObservation, VolumeError } from '../../core/wire/observations.ts';
import type { BlockReader } from './block-reader.ts';

type Told = Exclude<Extract<BeatMessage, { readonly id: number }>, { readonly kind: 'failed' }>;
type SeatsTold = Extract<Told, { readonly kind: 'seat-written' }>;
type ReadTold = Extract<Told, { readonly kind: 'read-done' }>;

export type Answer =
  | Exclude<Told, SeatsTold | ReadTold>
  | (Omit<SeatsTold, 'seats'> & { readonly seats: readonly SeatObservation[] })
  | (Omit<ReadTold, ReadWhat> & Pick<Extract<ReadDone, { readonly ok: true }>, ReadWhat>);

/** Null: nothing is told, or it is not known of which volume. */
export function observed<Observation>(
  read: ((reports: readonly BlockReport[]) => Observation[]) | undefined,
  reports: readonly BlockReport[] | null,
): Observation[] | null {
  return read === undefined || reports === null ? null : read(reports);
}

/**
 * To be called in the order in which the beat speaks, and also where nobody waits for the answer any more: it tells a
 * payload once, and what it tells later builds on that.
 */
export function answerOf(told: Told, reader: BlockReader | undefined): Answer {
  switch (told.kind) {
    case 'body-written':
    case 'cell-written':
      return told;
    case 'seat-written':
      return { ...told, seats: observed(reader?.seats, told.seats) ?? [] };
    case 'read-done':
      return {
        ...told,
        seats: observed(reader?.seats, told.seats),
        slots: observed(reader?.slots, told.slots),
        cells: observed(reader?.cells, told.cells),
      };
  }
}

export function fail(error: VolumeError): { readonly ok: false; readonly error: VolumeError } {
  return { ok: false, error };
}

export function times(answer: Answer) {
  return { ok: true, begunMs: answer.begunMs, endedMs: answer.endedMs } as const;
}

export function mismatched(answer: Answer) {
  return fail({ code: 'bad-request', detail: `the beat answered with "${answer.kind}"` });
}
