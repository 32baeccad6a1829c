/**
 * What a host observed on its volumes, as the volume driver hands it to the core: plain data, already decoded and
 * judged for authenticity. Free blocks are left out, and so are blocks that were claimed but carry no body yet:
 * nobody stands behind those.
 */
import type {
  BlockHeader,
  BootId,
  HostName,
  IncidentRecord,
  SeatBody,
  SlotBody,
  Superblock,
  VolumeName,
} from './records.ts';

/** Why a block that is not free cannot be used. Damage is never evidence of death: what is damaged is `unseen`. */
export type DamageReason =
  /** Something else than Vigil wrote here. */
  | { readonly code: 'bad-magic' }
  /** Written by a newer Vigil. */
  | { readonly code: 'newer-format'; readonly format: number }
  | { readonly code: 'header-checksum' }
  /** The payload does not match its checksum: read in the middle of a write, or half written. */
  | { readonly code: 'torn' }
  | { readonly code: 'bad-mac' }
  /** A copy: its content was written for another block of its kind, with this number. */
  | { readonly code: 'misplaced'; readonly writtenFor: number }
  /** A field breaks its limits; `expected` says what would be right. */
  | { readonly code: 'bad-field'; readonly path: string; readonly expected: string };

interface ReadBlock<Body> {
  readonly state: 'read';
  /** Its number among its kind: slot 0 is the first slot. */
  readonly index: number;
  readonly host: HostName;
  /** Liveness is judged by this alone: it is written each beat even when the agent is gone. */
  readonly header: BlockHeader;
  readonly body: Body;
  /**
   * The boot in which the body was written. Differs from `header.boot` from a reboot of the host until its new agent
   * speaks: the beat keeps the old body, so that no intent is lost.
   */
  readonly bodyBoot: BootId;
  /** False where this host has no key to check it with; a body that was checked and found wrong is `damaged`. */
  readonly authentic: boolean;
}

interface DamagedBlock {
  readonly state: 'damaged';
  readonly index: number;
  /** Who was last seen there, if anybody. */
  readonly host: HostName | null;
  readonly reason: DamageReason;
  /** Where the header itself could be read: its counter shows whether somebody goes on writing there. */
  readonly header?: BlockHeader;
}

export type SlotObservation = ReadBlock<SlotBody> | DamagedBlock;
export type SeatObservation = ReadBlock<SeatBody> | DamagedBlock;

/** `slot` is the victim's slot, `which` one of its two cells; `host` in a read cell is the master that wrote it. */
export type CellObservation = (ReadBlock<IncidentRecord> | DamagedBlock) & {
  readonly slot: number;
  readonly which: 0 | 1;
};

export const VOLUME_ERROR_CODES = [
  /** The system call failed; the errno is in the detail. */
  'io',
  /** The volume is gone, too short, or no longer the one that was opened. */
  'volume-changed',
  /** Every slot is taken: this host is unprotected on this volume. */
  'volume-full',
  /** Somebody else writes this host's slot. */
  'foreign-writer',
  /** No answer from the beat within the deadline; it may still carry the request out. */
  'deadline',
  /** No connection to the beat, or it broke before the answer; the beat may still carry the request out. */
  'disconnected',
  /** The record does not fit its block, or breaks a limit. */
  'does-not-fit',
  /** This host's key is not at hand. */
  'no-key',
  /** The beat came to it when nobody waited for it any more, and did nothing. */
  'too-late',
  /** More requests waiting than MAX_PENDING_REQUESTS; never of a write of the seat. */
  'busy',
  /** The host owns no seat on this volume. */
  'no-seat',
  /** The beat did not understand the request. */
  'bad-request',
] as const;
export type VolumeErrorCode = (typeof VOLUME_ERROR_CODES)[number];

export interface VolumeError {
  readonly code: VolumeErrorCode;
  readonly detail: string;
}

/** What this host said last in its slot, perhaps before a reboot; its intents are still open. */
export interface OwnBody {
  readonly body: SlotBody;
  readonly boot: BootId;
  /** The beat has it from the agent that said it, and nothing that this said later is missing; else from its slot. */
  readonly given: boolean;
}

/** Why a beat stopped writing its slot; it goes on reading and answering. */
export type StoppedReason = 'foreign-writer';

/** All times are monotonic milliseconds of this host's clock, which the beat shares. */
export type VolumeEvent =
  | {
      readonly kind: 'connected';
      readonly volume: VolumeName;
      readonly uuid: string;
      readonly superblock: Superblock;
      /** Null: the volume is full. */
      readonly slotIndex: number | null;
      readonly seatIndex: number | null;
      /** Of its beat: higher than those of all that wrote for this host before, also where nothing of them can be read. */
      readonly incarnation: number;
      readonly ownBody: OwnBody | null;
    }
  | { readonly kind: 'disconnected'; readonly volume: VolumeName; readonly detail: string }
  | {
      /** One beat. `begunMs` is before its first system call, `endedMs` after its last. */
      readonly kind: 'reading';
      readonly volume: VolumeName;
      readonly begunMs: number;
      readonly endedMs: number;
      /** When the write of the own slot had succeeded; null if it did not. */
      readonly wroteMs: number | null;
      readonly error: VolumeError | null;
      /** Null: not read in this beat, which says nothing about anybody. */
      readonly seats: readonly SeatObservation[] | null;
      /** Null: not watched, or not read in this beat. */
      readonly slots: readonly SlotObservation[] | null;
    }
  | {
      readonly kind: 'stopped';
      readonly volume: VolumeName;
      readonly reason: StoppedReason;
      readonly detail: string;
      /** What the other one last wrote in the place of this host; null: it said nothing yet. */
      readonly other: SlotObservation | null;
    };

/** Answers to the requests that the core makes of a volume. Never a rejection. */
export type VolumeResult<Value> =
  | ({ readonly ok: true } & Value)
  | { readonly ok: false; readonly error: VolumeError };

export type BodyWritten = VolumeResult<{ readonly begunMs: number; readonly endedMs: number }>;

/** The seat was written and then all seats were read again, in this order. */
export type SeatWritten = VolumeResult<{
  readonly begunMs: number;
  readonly writtenMs: number;
  readonly endedMs: number;
  readonly seats: readonly SeatObservation[];
}>;

export type CellWritten = VolumeResult<{ readonly begunMs: number; readonly endedMs: number }>;

/** Fields that were not asked for are null. */
export type ReadDone = VolumeResult<{
  readonly begunMs: number;
  readonly endedMs: number;
  readonly seats: readonly SeatObservation[] | null;
  readonly slots: readonly SlotObservation[] | null;
  readonly cells: readonly CellObservation[] | null;
}>;
