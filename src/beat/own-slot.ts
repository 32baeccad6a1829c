/**
 * The slot this host alone writes. Before each write its owner is read: whoever finds a stranger there has been given
 * the same name as somebody else, and stops rather than to write against him.
 */
import { decodeBlock, encodeBlock } from '../core/wire/block.ts';
import type { BlockReport } from '../core/wire/beat-messages.ts';
import { slotBlocks } from '../core/wire/layout.ts';
import type { VolumeError } from '../core/wire/observations.ts';
import { decodeSuperblock } from '../core/wire/superblock.ts';
import { monotonicMs } from './clock.ts';
import type { OpenVolume } from './open-volume.ts';
import { legible, type Place, type WholeBlock } from './places.ts';
import { wholeReport } from './reports.ts';
import type { IoFailure } from './volume-file.ts';

export interface OwnSlot {
  readonly place: () => { readonly index: number; readonly incarnation: number; readonly counter: number };
  readonly payload: () => Uint8Array;
  /** An agent has said it to this beat; else it goes on with what it has found. */
  readonly isGiven: () => boolean;
  /** Kept and written with the next beat even if this very write fails. */
  readonly say: (payload: Uint8Array, leaving: boolean) => void;
  readonly write: (volume: OpenVolume, agentSilentMs: number) => SlotWrite;
}

export type SlotWrite =
  | { readonly state: 'written'; readonly begunMs: number; readonly wroteMs: number }
  | { readonly state: 'failed'; readonly error: VolumeError }
  /** It is damaged, and there is nothing to say there yet. */
  | { readonly state: 'not-yet' }
  /** For good: until somebody has found out who the other one is. */
  | { readonly state: 'foreign-writer'; readonly other: OtherWriter }
  /** The slot was freed, or the volume is another one: places must be taken again. */
  | { readonly state: 'lost'; readonly detail: string };

/** Who writes in the place of this beat, and what it wrote last. */
export interface OtherWriter {
  readonly detail: string;
  readonly block: BlockReport;
}

export function otherWriter(owner: string, index: number, block: WholeBlock): OtherWriter {
  const { header } = block;
  const who =
    header.owner === owner
      ? `another beat of this host's name writes slot ${index} (boot ${header.boot}, incarnation ${header.incarnation})`
      : `slot ${index} is now written by another host (owner ${header.owner})`;
  return { detail: who, block: wholeReport(index, block) };
}

/** `foreign`: somebody else wrote it already when this beat started, which then only watches. */
export function ownSlot(
  owner: string,
  boot: string,
  taken: Place,
  foreign: OtherWriter | null = null,
): OwnSlot {
  let { payload, leaving } = taken;
  /** Of the last write that was attempted: one that failed may have landed all the same. */
  let counter = taken.counter;
  const { index, incarnation } = taken;
  let given = false;
  let other = foreign;

  /** Until the first write the slot shows the predecessor's last beat, which is judged as just that. */
  function isMine({ header }: WholeBlock): boolean {
    if (header.owner !== owner) return false;
    // A write of this host's previous beat that hung in the storage and arrived late.
    if (header.incarnation < incarnation) return true;
    return header.incarnation === incarnation && header.boot === boot && header.counter <= counter;
  }

  return {
    place: () => ({ index, incarnation, counter }),
    payload: () => payload,
    isGiven: () => given,
    say(said, isLeaving) {
      payload = said;
      leaving = isLeaving;
      given = true;
    },
    write({ file, superblock }, agentSilentMs) {
      const block = slotBlocks(superblock).first + index;
      const begunMs = monotonicMs();
      const read = file.readBlock(block);
      if (!read.ok) return failed(read);
      const found = decodeBlock(read.bytes, 'slot');
      const whose = legible(found);
      if (whose.state === 'read') {
        // Who has stopped has written nothing since: whatever stands there is the other one's.
        if (other !== null || !isMine(whose)) other = otherWriter(owner, index, whose);
      } else {
        // Ours to repair only as long as this is still the volume it was.
        const first = file.readBlock(0);
        if (!first.ok) return failed(first);
        const now = decodeSuperblock(first.bytes);
        const same = now.state === 'read' && now.superblock.volumeUuid === superblock.volumeUuid;
        if (!same)
          return { state: 'lost', detail: `${file.path} is no longer volume ${superblock.volumeUuid}` };
        if (found.state === 'free') return { state: 'lost', detail: `slot ${index} was freed` };
      }
      if (other !== null) return { state: 'foreign-writer', other };
      // An empty slot looks as if its host had been freed, and its incident with it; a torn one does not, and warns
      // whoever takes over that an intent may have stood there.
      if (found.state === 'damaged' && payload.length === 0) return { state: 'not-yet' };
      counter++;
      const encoded = encodeBlock({
        header: { kind: 'slot', owner, boot, incarnation, counter, agentSilentMs, given },
        leaving,
        payload,
      });
      if (!encoded.ok) {
        return {
          state: 'failed',
          error: { code: 'does-not-fit', detail: `${encoded.path} must be ${encoded.expected}` },
        };
      }
      const written = file.writeBlock(block, encoded.bytes);
      return written.ok ? { state: 'written', begunMs, wroteMs: monotonicMs() } : failed(written);
    },
  };
}

function failed(failure: IoFailure): SlotWrite {
  return { state: 'failed', error: volumeError(failure) };
}

export function volumeError(failure: IoFailure): VolumeError {
  return { code: failure.code === 'truncated' ? 'volume-changed' : 'io', detail: failure.detail };
}
