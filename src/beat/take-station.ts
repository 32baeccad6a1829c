/** Opens the volume and takes this host's places on it. */
import { createHash } from 'node:crypto';
import { seatBlocks, slotBlocks } from '../core/wire/layout.ts';
import type { VolumeError } from '../core/wire/observations.ts';
import {
  type BeatExit,
  type BeatOptions,
  EXIT_ANOTHER_BEAT,
  EXIT_NO_DIRECT_IO,
  EXIT_UNUSABLE,
} from './beat-options.ts';
import type { BlockHeader } from '../core/wire/records.ts';
import { askBeat } from './ask-beat.ts';
import { type OpenVolume, openVolume } from './open-volume.ts';
import { otherWriter, ownSlot, volumeError } from './own-slot.ts';
import { type Claimant, type Taken, takePlace } from './places.ts';
import type { Station } from './requests.ts';

/** An own slot that does not advance for so many beats has no other writer. */
const WATCH_BEATS = 2.5;
/** More than the write deadline of 1 s, so that whoever saw the block free has written it, or gave up. */
const SETTLE_BEATS = 2;

export type StationTaken =
  | { readonly state: 'taken'; readonly station: Station }
  | { readonly state: 'stopped' }
  /** The storage failed and may come back. */
  | { readonly state: 'failed'; readonly error: VolumeError }
  /** Nothing gets better by itself. */
  | { readonly state: 'exit'; readonly exit: BeatExit };

export async function takeStation(options: BeatOptions, memory: Buffer): Promise<StationTaken> {
  const opened = openVolume(options.volumePath, 'read-write', options.cluster, memory);
  if (!opened.ok) {
    if (opened.retry) return { state: 'failed', error: { code: 'io', detail: opened.detail } };
    const code = opened.code === 'no-direct-io' ? EXIT_NO_DIRECT_IO : EXIT_UNUSABLE;
    return { state: 'exit', exit: { code, detail: opened.detail } };
  }
  const taken = await takePlaces(options, opened.volume);
  if (taken.state !== 'taken') opened.volume.file.close();
  return taken;
}

async function takePlaces(options: BeatOptions, volume: OpenVolume): Promise<StationTaken> {
  const { beatMs, bootId, host, log } = options;
  const owner = createHash('sha256').update(host).digest('hex').slice(0, 16);
  const claimant: Claimant = {
    owner,
    boot: bootId,
    // The wall clock only makes a number that an earlier beat of this host is unlikely to have used, in case its slot
    // was freed or its volume made anew; it is compared with nobody else's.
    incarnationMin: Date.now(),
    watchMs: beatMs * WATCH_BEATS,
    settleMs: beatMs * SETTLE_BEATS,
    stop: options.stop,
  };
  const { file, superblock } = volume;
  const slot = await takePlace(file, 'slot', slotBlocks(superblock), claimant);
  if (slot.state === 'another-beat' && !(await isServedHere(options, slot.block.header)))
    return { state: 'taken', station: watchOnly(options, volume, claimant, slot) };
  if (slot.state !== 'taken' && slot.state !== 'full') return notTaken(options, slot);
  let incarnation = slot.state === 'taken' ? slot.place.incarnation : claimant.incarnationMin;
  let seatIndex: number | null = null;
  if (options.wantsSeat) {
    // Whether another beat of this name lives was found out at the slot.
    const seat = await takePlace(file, 'seat', seatBlocks(superblock), { ...claimant, watchMs: 0 });
    if (seat.state !== 'taken' && seat.state !== 'full') return notTaken(options, seat);
    if (seat.state === 'taken') {
      seatIndex = seat.place.index;
      // Whose slot was freed and whose clock was set back may have a seat of a higher one: it must not go backwards.
      incarnation = Math.max(incarnation, seat.place.incarnation);
    } else log({ level: 'warning', event: 'no-seat', detail: `all ${superblock.seats} seats are taken` });
  }
  return {
    state: 'taken',
    station: {
      volume,
      owner,
      boot: bootId,
      incarnation,
      slot: slot.state === 'taken' ? ownSlot(owner, bootId, { ...slot.place, incarnation }) : null,
      seatIndex,
      written: { seat: 0, cell: 0 },
      foreign: null,
      lookAgain: slot.state === 'full',
    },
  };
}

/** Is it a beat of this very place, whose socket this one would take away? One elsewhere serves another socket. */
async function isServedHere({ socketPath, bootId }: BeatOptions, header: BlockHeader): Promise<boolean> {
  const there = await askBeat(socketPath);
  if (there.is === 'beat') return there.boot === header.boot && there.incarnation === header.incarnation;
  // One of an older version does not know the question.
  return there.is === 'silent' && header.boot === bootId;
}

/**
 * Another agent lives under the name of this host: this beat writes nothing, and tells its agent who it is, for only
 * so can both be told.
 */
function watchOnly(
  { bootId }: BeatOptions,
  volume: OpenVolume,
  { owner, incarnationMin }: Claimant,
  { index, block }: Extract<Taken, { readonly state: 'another-beat' }>,
): Station {
  const nothing = { payload: new Uint8Array(0), leaving: false };
  const foreign = otherWriter(owner, index, block);
  return {
    volume,
    owner,
    boot: bootId,
    incarnation: incarnationMin,
    slot: ownSlot(owner, bootId, { index, incarnation: incarnationMin, counter: 0, ...nothing }, foreign),
    seatIndex: null,
    written: { seat: 0, cell: 0 },
    foreign,
    lookAgain: true,
  };
}

type NotTaken = Exclude<Taken, { readonly state: 'taken' | 'full' }>;

function notTaken(options: BeatOptions, taken: NotTaken): StationTaken {
  if (taken.state === 'stopped') return { state: 'stopped' };
  if (taken.state === 'failed') return { state: 'failed', error: volumeError(taken.failure) };
  const detail =
    `another beat writes the place of host "${options.host}" on ${options.volumePath}; ` +
    'stop it, or give one of the two hosts another name';
  return { state: 'exit', exit: { code: EXIT_ANOTHER_BEAT, detail } };
}
