/** This host's own volumes, as its beats tell of them: can I read, can I write, and who sits where. */
import { misfit } from './coordination/misfit.ts';
import {
  forgetOrder,
  type HolderSeen,
  noteHolder,
  noteSeats,
  type Seats,
} from './coordination/volume/seats.ts';
import type { Settings } from './settings.ts';
import type { VolumeStatus } from './status.ts';
import type { DamageReason, SlotObservation, VolumeEvent } from './wire/observations.ts';
import type { HostName, Superblock, View, VolumeName } from './wire/records.ts';

export interface OwnVolume extends Seats {
  readonly name: VolumeName;
  readonly lease: boolean;
  uuid: string | null;
  superblock: Superblock | null;
  slotIndex: number | null;
  seatIndex: number | null;
  incarnation: number;
  connected: boolean;
  /** Why the beat writes nothing, in words; null: it writes. */
  stopped: string | null;
  /** What is written in this host's place by whoever has it then. */
  takenBy: SlotObservation | null;
  /** Why it is not used, whatever its beat says: it does not fit the configuration. */
  misfit: string | null;
  /** End of the last reading, and of the last good write of the own slot. */
  readingMs: number | null;
  wroteMs: number | null;
  /** The last write that came after too long a gap. */
  lateMs: number | null;
  error: { readonly code: string; readonly detail: string } | null;
  watching: boolean;
  /** Another host's seat was seen to renew in phase holding. */
  previousHolderSeen: boolean;
  /** Who was seen to renew last, and did it give the lease back? */
  holderSeen: HolderSeen | null;
  slotsReadMs: number | null;
  /** Slots that could not be read, by number, since when, and why. */
  readonly damagedSlots: Map<number, { readonly code: DamageReason['code']; readonly sinceMs: number }>;
  /** The own seat as last read back. */
  ownSeat: { readonly seat: number; readonly incarnation: number; readonly counter: number } | null;
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
        incarnation: 0,
        connected: false,
        stopped: null,
        takenBy: null,
        misfit: null,
        readingMs: null,
        wroteMs: null,
        lateMs: null,
        error: null,
        watching: false,
        seats: new Map(),
        seatsReadMs: null,
        previousHolderSeen: false,
        holderSeen: null,
        ownSeat: null,
        slotsReadMs: null,
        damagedSlots: new Map(),
        seatWriteOpenMs: null,
        bodyRefused: null,
      },
    ]),
  );
}

/** Beats without a good write after which a volume counts as not writable. */
const WRITABLE_BEATS = 3;
/** And for which writes must then come in time again: one that is always slow is not well between two of them. */
const STEADY_BEATS = 5;

export function isWritable(
  { connected, stopped, wroteMs, lateMs }: OwnVolume,
  beatMs: number,
  now: number,
): boolean {
  if (!connected || stopped !== null || wroteMs === null) return false;
  const isSteady = lateMs === null || wroteMs - lateMs >= STEADY_BEATS * beatMs;
  return isSteady && now - wroteMs <= WRITABLE_BEATS * beatMs;
}

export function isReadable(volume: OwnVolume, beatMs: number, now: number): boolean {
  return (
    volume.connected && volume.seatsReadMs !== null && now - volume.seatsReadMs <= WRITABLE_BEATS * beatMs
  );
}

/** Its slot is written under this host's own name, by another agent; not by another host that was given the slot. */
export function isTakenByNamesake(volume: OwnVolume, host: HostName): boolean {
  const { stopped, takenBy } = volume;
  return stopped !== null && (takenBy === null || takenBy.host === null || takenBy.host === host);
}

/** It would not answer a request by its deadline either. */
export function isHung({ connected, readingMs }: OwnVolume, beatMs: number, now: number): boolean {
  return !connected || (readingMs !== null && now - readingMs > WRITABLE_BEATS * beatMs);
}

/** Notes an event of a beat of this host; hands on the slots it read, if any. `leases`: lease volumes in the configuration. */
export function noteVolumeEvent(
  volume: OwnVolume,
  event: VolumeEvent,
  leases: number,
  { host, timing }: Settings,
): { readonly slots: readonly SlotObservation[]; readonly begunMs: number; readonly endedMs: number } | null {
  if (volume.misfit !== null && event.kind !== 'connected') return null;
  switch (event.kind) {
    case 'connected':
      volume.misfit = misfit(event.superblock, volume.lease, leases);
      if (volume.misfit !== null) {
        Object.assign(volume, { connected: false, stopped: null, takenBy: null });
        return null;
      }
      if (volume.uuid !== event.uuid) forgetOrder(volume);
      Object.assign(volume, {
        uuid: event.uuid,
        superblock: event.superblock,
        slotIndex: event.slotIndex,
        seatIndex: event.seatIndex,
        incarnation: event.incarnation,
        connected: true,
        stopped: null,
        takenBy: null,
        error: null,
        // A new connection starts with the beat's default of reading seats only.
        watching: false,
      });
      return null;
    case 'disconnected':
      // What a beat said that is not there any more is of the past.
      Object.assign(volume, { connected: false, stopped: null, takenBy: null });
      volume.error = { code: 'no-beat', detail: event.detail };
      return null;
    case 'stopped':
      volume.stopped = event.detail;
      volume.takenBy = event.other;
      return null;
    case 'reading':
      volume.readingMs = event.endedMs;
      volume.error = event.error;
      if (event.wroteMs !== null) noteWrite(volume, event.wroteMs, timing.beatMs);
      // A beat does one thing after the other, and a seat that waits before its round: the write is over.
      if (volume.seatWriteOpenMs !== null && event.begunMs > volume.seatWriteOpenMs)
        volume.seatWriteOpenMs = null;
      if (event.seats !== null) {
        const renewed = noteSeats(volume, event.seats, event, timing.followMs);
        volume.previousHolderSeen ||= renewed.some(({ body }) => body.host !== host);
        volume.holderSeen = noteHolder(volume.holderSeen, renewed, event.seats, event.endedMs);
      }
      if (event.slots === null) return null;
      if (!isGibberish(event.slots)) volume.slotsReadMs = event.begunMs;
      noteDamage(volume, event.slots, event.endedMs);
      return { slots: event.slots, begunMs: event.begunMs, endedMs: event.endedMs };
  }
}

/** Each host writes its slot each beat: where none can be understood, it is the reader who cannot read. */
export function isGibberish(slots: readonly SlotObservation[]): boolean {
  return slots.length > 0 && slots.every(({ state }) => state === 'damaged');
}

function noteWrite(volume: OwnVolume, endedMs: number, beatMs: number): void {
  const { wroteMs } = volume;
  if (wroteMs !== null && endedMs - wroteMs > WRITABLE_BEATS * beatMs) volume.lateMs = endedMs;
  volume.wroteMs = endedMs;
}

function noteDamage({ damagedSlots }: OwnVolume, slots: readonly SlotObservation[], endedMs: number): void {
  const damaged = new Map<number, DamageReason['code']>();
  for (const slot of slots) if (slot.state === 'damaged') damaged.set(slot.index, slot.reason.code);
  for (const index of damagedSlots.keys()) if (!damaged.has(index)) damagedSlots.delete(index);
  for (const [index, code] of damaged)
    if (damagedSlots.get(index)?.code !== code) damagedSlots.set(index, { code, sinceMs: endedMs });
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
  if (volume.misfit !== null) return status('failing', volume.misfit);
  if (volume.stopped !== null) return status('stopped', volume.stopped);
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
    : status('slow', 'a write took longer than three beats, now or some beats ago');
}
