/** This host's own volumes, as its beats tell of them: can I read, can I write, and who sits where. */
import { noteSeats, type SeatTrack } from './election/seats.ts';
import type { Settings } from './settings.ts';
import type { VolumeStatus } from './status.ts';
import type { SlotObservation, VolumeEvent } from './wire/observations.ts';
import type { Superblock, View, VolumeName } from './wire/records.ts';

export interface OwnVolume {
  readonly name: VolumeName;
  readonly lease: boolean;
  uuid: string | null;
  superblock: Superblock | null;
  slotIndex: number | null;
  seatIndex: number | null;
  connected: boolean;
  stopped: string | null;
  /** End of the last reading, of the last good write of the own slot, and of the last good read of seats. */
  readingMs: number | null;
  wroteMs: number | null;
  error: { readonly code: string; readonly detail: string } | null;
  watching: boolean;
  readonly seats: Map<number, SeatTrack>;
  seatsReadMs: number | null;
  /** Another host's seat was seen to renew in phase holding. */
  previousHolderSeen: boolean;
  slotsReadMs: number | null;
  /** When a seat write was sent that is not answered: it may still land. Who has one may not claim. */
  seatWriteOpenMs: number | null;
  /** Why the last write of the own body failed; null after a good one. */
  bodyRefused: string | null;
}

export function createVolumes(settings: Settings): Map<VolumeName, OwnVolume> {
  return new Map(
    settings.volumes.map(({ name, lease }) => [
      name,
      {
        name,
        lease,
        uuid: null,
        superblock: null,
        slotIndex: null,
        seatIndex: null,
        connected: false,
        stopped: null,
        readingMs: null,
        wroteMs: null,
        error: null,
        watching: false,
        seats: new Map(),
        seatsReadMs: null,
        previousHolderSeen: false,
        slotsReadMs: null,
        seatWriteOpenMs: null,
        bodyRefused: null,
      },
    ]),
  );
}

/** Beats without a good write after which a volume counts as not writable. */
const WRITABLE_BEATS = 3;

export function isWritable(volume: OwnVolume, beatMs: number, now: number): boolean {
  return (
    volume.connected &&
    volume.stopped === null &&
    volume.wroteMs !== null &&
    now - volume.wroteMs <= WRITABLE_BEATS * beatMs
  );
}

export function isReadable(volume: OwnVolume, beatMs: number, now: number): boolean {
  return (
    volume.connected && volume.seatsReadMs !== null && now - volume.seatsReadMs <= WRITABLE_BEATS * beatMs
  );
}

/** Notes an event of a beat; hands on the slots it read, if any. */
export function noteVolumeEvent(
  volume: OwnVolume,
  event: VolumeEvent,
): { readonly slots: readonly SlotObservation[]; readonly begunMs: number; readonly endedMs: number } | null {
  switch (event.kind) {
    case 'connected':
      Object.assign(volume, {
        uuid: event.uuid,
        superblock: event.superblock,
        slotIndex: event.slotIndex,
        seatIndex: event.seatIndex,
        connected: true,
        stopped: null,
        error: null,
        // A new connection starts with the beat's default of reading seats only.
        watching: false,
      });
      return null;
    case 'disconnected':
      volume.connected = false;
      volume.error = { code: 'no-beat', detail: event.detail };
      return null;
    case 'stopped':
      volume.stopped = event.reason;
      return null;
    case 'reading':
      volume.readingMs = event.endedMs;
      volume.error = event.error;
      if (event.wroteMs !== null) volume.wroteMs = event.wroteMs;
      // A beat does one thing after the other: this round came after the write, so the write is over.
      if (volume.seatWriteOpenMs !== null && event.begunMs > volume.seatWriteOpenMs)
        volume.seatWriteOpenMs = null;
      if (event.seats !== null) {
        const renewed = noteSeats(volume.seats, event.seats, event.endedMs);
        volume.previousHolderSeen = volume.previousHolderSeen || renewed;
        volume.seatsReadMs = event.begunMs;
      }
      if (event.slots === null) return null;
      volume.slotsReadMs = event.begunMs;
      return { slots: event.slots, begunMs: event.begunMs, endedMs: event.endedMs };
  }
}

export function viewOfVolumes(volumes: Iterable<OwnVolume>, beatMs: number, now: number): View['volumes'] {
  const views = [];
  for (const volume of volumes) {
    if (volume.uuid === null) continue;
    views.push({ uuid: volume.uuid, name: volume.name, writable: isWritable(volume, beatMs, now) });
  }
  return views;
}

export function volumeStatus(volume: OwnVolume, beatMs: number, now: number): VolumeStatus {
  const lastWriteAgoMs = volume.wroteMs === null ? null : Math.round(now - volume.wroteMs);
  const status = (state: VolumeStatus['state'], detail: string | null): VolumeStatus => ({
    name: volume.name,
    lease: volume.lease,
    state,
    detail,
    lastWriteAgoMs,
  });
  if (volume.stopped !== null) return status('stopped', 'another agent writes under the name of this host');
  if (!volume.connected)
    return status('no-beat', volume.error?.detail ?? 'the beat of this volume is not running');
  if (volume.slotIndex === null)
    return status('failing', 'no slot is free: this host is unprotected on this volume');
  if (volume.readingMs === null || now - volume.readingMs > WRITABLE_BEATS * beatMs) {
    return status('hung', 'the volume does not answer; its beat waits in a system call');
  }
  if (volume.error !== null) return status('failing', volume.error.detail);
  return isWritable(volume, beatMs, now)
    ? status('ok', null)
    : status('slow', 'no write has ended within three beats');
}
