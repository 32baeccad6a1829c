/**
 * The slot this host alone writes. Before each write its owner is read: whoever finds a stranger there has been given
 * the same name as somebody else, and stops rather than to write against him.
 */
import { type BlockDecoded, decodeBlock, encodeBlock } from '../core/wire/block.ts';
import { slotBlocks } from '../core/wire/layout.ts';
import type { VolumeError } from '../core/wire/observations.ts';
import { decodeSuperblock } from '../core/wire/superblock.ts';
import { monotonicMs } from './clock.ts';
import type { OpenVolume } from './open-volume.ts';
import type { Place } from './places.ts';
import type { IoFailure } from './volume-file.ts';

export interface OwnSlot {
  readonly place: () => { readonly index: number; readonly incarnation: number; readonly counter: number };
  readonly payload: () => Uint8Array;
  /** Kept and written with the next beat even if this very write fails. */
  readonly say: (payload: Uint8Array, leaving: boolean) => void;
  readonly write: (volume: OpenVolume, agentSilentMs: number) => SlotWrite;
}

export type SlotWrite =
  | { readonly state: 'written'; readonly begunMs: number; readonly wroteMs: number }
  | { readonly state: 'failed'; readonly error: VolumeError }
  /** For good: until somebody has found out who the other one is. */
  | { readonly state: 'foreign-writer'; readonly detail: string }
  /** The slot was freed, or the volume is another one: places must be taken again. */
  | { readonly state: 'lost'; readonly detail: string };

export function ownSlot(owner: string, boot: string, taken: Place): OwnSlot {
  let { payload, leaving } = taken;
  /** Of the last write that was attempted: one that failed may have landed all the same. */
  let counter = taken.counter;
  const { index, incarnation } = taken;
  let foreign: string | null = null;

  /** Until the first write the slot shows the predecessor's last beat, which is judged as just that. */
  function judge(
    found: BlockDecoded,
  ): { readonly is: 'mine' | 'unclear' } | { readonly is: 'foreign'; readonly detail: string } {
    if (found.state !== 'read') return { is: 'unclear' };
    const { header } = found;
    if (header.owner !== owner) {
      return {
        is: 'foreign',
        detail: `slot ${index} is now written by another host (owner ${header.owner})`,
      };
    }
    // A write of this host's previous beat that hung in the storage and arrived late.
    if (header.incarnation < incarnation) return { is: 'mine' };
    const sameLife = header.incarnation === incarnation && header.boot === boot;
    if (sameLife && header.counter <= counter) return { is: 'mine' };
    const other = `boot ${header.boot}, incarnation ${header.incarnation}`;
    return { is: 'foreign', detail: `another beat of this host's name writes slot ${index} (${other})` };
  }

  return {
    place: () => ({ index, incarnation, counter }),
    payload: () => payload,
    say(said, isLeaving) {
      payload = said;
      leaving = isLeaving;
    },
    write({ file, superblock }, agentSilentMs) {
      if (foreign !== null) return { state: 'foreign-writer', detail: foreign };
      const block = slotBlocks(superblock).first + index;
      const begunMs = monotonicMs();
      const read = file.readBlock(block);
      if (!read.ok) return failed(read);
      const found = decodeBlock(read.bytes, 'slot');
      const judged = judge(found);
      if (judged.is === 'unclear') {
        // Ours to repair only as long as this is still the volume it was.
        const first = file.readBlock(0);
        if (!first.ok) return failed(first);
        const now = decodeSuperblock(first.bytes);
        const same = now.state === 'read' && now.superblock.volumeUuid === superblock.volumeUuid;
        if (!same)
          return { state: 'lost', detail: `${file.path} is no longer volume ${superblock.volumeUuid}` };
        if (found.state === 'free') return { state: 'lost', detail: `slot ${index} was freed` };
      } else if (judged.is === 'foreign') {
        foreign = judged.detail;
        return { state: 'foreign-writer', detail: judged.detail };
      }
      counter++;
      const encoded = encodeBlock({
        header: { kind: 'slot', owner, boot, incarnation, counter, agentSilentMs },
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
