/**
 * What an agent and a beat say to each other over their Unix socket: frames of a u32 length (little-endian) and JSON,
 * with payloads in base64. The beat looks into no payload; it knows blocks and their headers. Their validators:
 * beat-message-checks.ts.
 */
import type { DamageReason, VolumeError, VolumeErrorCode } from './observations.ts';
import type { BlockHeader, BootId, Superblock } from './records.ts';

export const FRAME_HEAD_BYTES = 4;
/** From the agent: one payload and a few words. */
export const MAX_REQUEST_FRAME_BYTES = 16 * 1024;
/** From the beat: every slot of the largest volume, were they all full. An answer that would be larger fails. */
export const MAX_REPORT_FRAME_BYTES = 96 * 1024 * 1024;

/** Of the words in an error, in UTF-16 units. */
export const MAX_DETAIL_LENGTH = 1_000;

export type ReadWhat = 'seats' | 'slots' | 'cells';

/** `untilMs`, monotonic: from then on nobody waits for the answer, and the beat refuses to do it. */
interface Request {
  readonly id: number;
  readonly untilMs: number;
}

export type AgentMessage =
  /** Instead of a hello, by anybody who is not the agent: answered by `is`, and then the connection ends. */
  | { readonly kind: 'who' }
  | { readonly kind: 'hello'; readonly agent: string }
  | { readonly kind: 'alive'; readonly agent: string }
  | (Request & { readonly kind: 'body'; readonly payload: string; readonly leaving: boolean })
  | (Request & { readonly kind: 'seat'; readonly payload: string })
  | (Request & { readonly kind: 'read'; readonly what: readonly ReadWhat[] })
  | (Request & {
      readonly kind: 'cell';
      readonly slot: number;
      readonly which: number;
      readonly payload: string;
    })
  | { readonly kind: 'watch'; readonly slots: boolean };

/** A block that is not free. */
export interface BlockReport {
  readonly index: number;
  /** Null: damaged, so that not even that can be read. */
  readonly header: BlockHeader | null;
  /** Null: damaged, or the same as this connection was told last of this block. */
  readonly payload: string | null;
  readonly damaged: DamageReason | null;
}

export type BeatMessage =
  | {
      readonly kind: 'welcome';
      readonly superblock: Superblock;
      readonly slotIndex: number | null;
      readonly seatIndex: number | null;
      readonly incarnation: number;
      readonly boot: BootId;
      /** What the own slot held when the beat started, or holds since. */
      readonly payload: string | null;
      /** An agent has given it that since it started. */
      readonly given: boolean;
    }
  | {
      readonly kind: 'beat';
      readonly counter: number;
      readonly begunMs: number;
      readonly endedMs: number;
      readonly wroteMs: number | null;
      readonly error: VolumeError | null;
      readonly seats: readonly BlockReport[] | null;
      readonly slots: readonly BlockReport[] | null;
      /** Since the connection was made: readings that the agent was too slow to take. */
      readonly droppedReadings: number;
    }
  | {
      readonly kind: 'body-written' | 'cell-written';
      readonly id: number;
      readonly begunMs: number;
      readonly endedMs: number;
    }
  | {
      readonly kind: 'seat-written';
      readonly id: number;
      readonly begunMs: number;
      readonly writtenMs: number;
      readonly endedMs: number;
      readonly seats: readonly BlockReport[];
    }
  | {
      readonly kind: 'read-done';
      readonly id: number;
      readonly begunMs: number;
      readonly endedMs: number;
      readonly seats: readonly BlockReport[] | null;
      readonly slots: readonly BlockReport[] | null;
      readonly cells: readonly BlockReport[] | null;
    }
  | { readonly kind: 'failed'; readonly id: number; readonly code: VolumeErrorCode; readonly detail: string }
  | {
      readonly kind: 'stopped';
      readonly reason: 'foreign-writer';
      readonly detail: string;
      /** What the other one last wrote there; told again when it writes something else. Null: not known. */
      readonly block: BlockReport | null;
    }
  /** `incarnation` null: it has no places yet. */
  | { readonly kind: 'is'; readonly boot: BootId; readonly incarnation: number | null };
