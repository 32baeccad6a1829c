/** The beats themselves: one volume, opened, its places taken. Ends when it is stopped or the places are lost. */
import type { BlockReport } from '../core/wire/beat-messages.ts';
import { seatBlocks, slotBlocks } from '../core/wire/layout.ts';
import type { VolumeError } from '../core/wire/observations.ts';
import type { AgentServer } from './agent-server.ts';
import { type BeatOptions, REOPEN_BACKOFF_MS_MAX } from './beat-options.ts';
import { loopTurn, monotonicMs, nextBeatMs, sleep } from './clock.ts';
import { tellNothingRead } from './nothing-read.ts';
import { openVolume } from './open-volume.ts';
import { type OtherWriter, volumeError } from './own-slot.ts';
import type { RequestQueue } from './request-queue.ts';
import type { Station } from './requests.ts';

export interface Beating {
  readonly options: BeatOptions;
  readonly station: Station;
  readonly server: AgentServer;
  readonly requests: RequestQueue;
  readonly memory: Buffer;
}

/** Places that were not to be had are looked for again this often: they become free only by an operator. */
const LOOK_AGAIN_BEATS = 30;

/** Answers why it ended. */
export async function beatLoop(beating: Beating): Promise<string> {
  const { options, station, requests } = beating;
  let plannedMs = monotonicMs();
  let reopenMs = 0;
  let backoffMs = options.beatMs;
  let failure: VolumeError | null = null;
  for (let beat = 1; ; beat++) {
    const begunMs = monotonicMs();
    // A write of the seat that was sent before this moment has come in then, and is over before this beat tells of it.
    await loopTurn();
    if (options.stop.aborted) return stop(beating);
    requests.writeSeats();
    const wait = failure !== null && reopenMs > monotonicMs();
    const outcome: Outcome = wait ? waiting(beating, begunMs, failure) : oneBeat(beating, begunMs);
    if (outcome.lost !== null) {
      station.volume.file.close();
      return outcome.lost;
    }
    if (outcome.error?.code === 'io' || outcome.error?.code === 'volume-changed') {
      if (!wait) {
        ({ error: failure } = outcome);
        // A handle can outlive what it stood for: a remounted export answers only to a new one.
        const replaced = reopen(beating);
        if (replaced !== null) return replaced;
        reopenMs = monotonicMs() + backoffMs;
        backoffMs = Math.min(backoffMs * 2, REOPEN_BACKOFF_MS_MAX);
      }
    } else {
      failure = null;
      backoffMs = options.beatMs;
    }
    if (station.lookAgain && beat >= LOOK_AGAIN_BEATS) {
      station.volume.file.close();
      return 'there was no place on the volume; looking for one again';
    }
    plannedMs = nextBeatMs(plannedMs, monotonicMs(), options.beatMs);
    await sleep(plannedMs - monotonicMs(), options.stop);
  }
}

interface Outcome {
  readonly error: VolumeError | null;
  /** Not null: the places must be taken again. */
  readonly lost: string | null;
}

function oneBeat(beating: Beating, begunMs: number): Outcome {
  const { station, server } = beating;
  let wroteMs: number | null = null;
  let error: VolumeError | null = null;
  if (station.slot === null) {
    error = { code: 'volume-full', detail: `all ${station.volume.superblock.slots} slots are taken` };
  } else {
    const write = station.slot.write(station.volume, server.agentSilentMs());
    if (write.state === 'lost') return { error: null, lost: write.detail };
    if (write.state === 'written') wroteMs = write.wroteMs;
    else if (write.state === 'failed') error = write.error;
    else if (write.state === 'foreign-writer') {
      error = { code: 'foreign-writer', detail: write.other.detail };
      stopWriting(beating, write.other);
    }
  }
  return { error: readAndTell(beating, { begunMs, wroteMs, error }), lost: null };
}

function stopWriting({ options, station, server }: Beating, other: OtherWriter): void {
  const { detail, block } = other;
  const known = station.foreign;
  station.foreign = other;
  if (known?.detail !== detail) options.log({ level: 'error', event: 'foreign-writer', detail });
  // What stands there first may be this agent's own last words, until the other one has its say.
  if (known?.detail !== detail || known.block.payload !== block.payload)
    server.connection()?.send({ kind: 'stopped', reason: 'foreign-writer', detail, block });
}

function readAndTell(
  { station, server }: Beating,
  write: { readonly begunMs: number; readonly wroteMs: number | null; readonly error: VolumeError | null },
): VolumeError | null {
  const connection = server.connection();
  // Without an agent nobody asks; and what cannot be sent must not be read, for it would count as told.
  if (connection === null || !connection.roomForReading()) return write.error;
  const { file, superblock } = station.volume;
  let seats: readonly BlockReport[] | null = null;
  let slots: readonly BlockReport[] | null = null;
  let { error } = write;
  const seatsRead = connection.memory.read(file, 'seat', seatBlocks(superblock));
  if (seatsRead.ok) seats = seatsRead.reports;
  else error ??= volumeError(seatsRead);
  if (seatsRead.ok && connection.watchesSlots()) {
    const slotsRead = connection.memory.read(file, 'slot', slotBlocks(superblock));
    if (slotsRead.ok) slots = slotsRead.reports;
    else error ??= volumeError(slotsRead);
  }
  // A part that failed half way was in part taken for told.
  if (seats === null || (connection.watchesSlots() && slots === null)) connection.memory.forget();
  const message = {
    kind: 'beat',
    counter: station.slot?.place().counter ?? 0,
    begunMs: write.begunMs,
    endedMs: monotonicMs(),
    wroteMs: write.wroteMs,
    error,
    seats,
    slots,
    droppedReadings: connection.droppedReadings(),
  } as const;
  if (!connection.send(message)) {
    connection.memory.forget();
    error = { code: 'does-not-fit', detail: 'the reading is over the limit of a frame' };
    connection.send({ ...message, error, seats: null, slots: null });
  }
  return error;
}

/** Between two attempts to reopen: nothing is tried, and the last error still holds. */
function waiting({ station, server }: Beating, begunMs: number, error: VolumeError | null): Outcome {
  tellNothingRead(server, station.slot?.place().counter ?? 0, error, begunMs);
  return { error, lost: null };
}

/** Not null: another volume is there now. */
function reopen({ options, station, memory }: Beating): string | null {
  const opened = openVolume(options.volumePath, 'read-write', options.cluster, memory);
  if (!opened.ok) return null;
  const { volumeUuid } = opened.volume.superblock;
  const previous = station.volume.superblock.volumeUuid;
  station.volume.file.close();
  if (volumeUuid !== previous) {
    opened.volume.file.close();
    return `${options.volumePath} is now volume ${volumeUuid}, was ${previous}`;
  }
  station.volume = opened.volume;
  return null;
}

/** One last write, so that the slot shows the newest body and flags. */
function stop({ station, server }: Beating): string {
  station.slot?.write(station.volume, server.agentSilentMs());
  station.volume.file.close();
  return 'stopped';
}
