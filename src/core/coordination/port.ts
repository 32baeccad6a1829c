/**
 * Where a cluster keeps what must outlive a master and must not be done twice: who may act, what was decided about a
 * failed host, and what an executor is about to ask of nova. Everything else goes by evidence. One implementation is on
 * the volumes (`on-volumes.ts`); another needs a lease with a growing term, records with one writer at a time, and reads
 * that show every write that ended before them.
 */
import type { Task } from '../lib/task.ts';
import type { OwnBody } from '../wire/observations.ts';
import type { Core } from '../state.ts';
import type {
  AgentAddress,
  AgentIncarnation,
  BootId,
  Heritage,
  HostName,
  IncidentPhase,
  IncidentRecord,
  Intent,
  OrderedHost,
  Term,
  View,
} from '../wire/records.ts';

export interface Coordination {
  readonly lease: LeaseStore;
  readonly incidents: IncidentStore;
  readonly intents: IntentStore;
  /**
   * Everything that licenses an outside effect, read anew right before it: the master's lease and the incident's record.
   * Null: nothing stands against it. What cannot be read licenses nothing.
   */
  readonly check: (core: Core, licence: Licence) => Task<Unlicensed | null>;
}

export interface LeaseStore {
  /** Nobody seems to hold it, as far as can be told right now. */
  readonly isVacant: (core: Core) => boolean;
  /** This host could write a claim. */
  readonly hasPlace: (core: Core) => boolean;
  /** Who seems to hold it; says nothing about whether it still acts. */
  readonly holder: (core: Core) => Holder | null;
  /** Another host was seen to renew it, at any time. */
  readonly sawHolder: (core: Core) => boolean;
  /** Whose lease ran out; null where it was given back, or nobody was seen to hold it. */
  readonly former: (core: Core) => FormerHolder | null;
  /** Sets `core.lease` to `claiming` once it knows its term. */
  readonly claim: (core: Core) => Task<ClaimEnd>;
  /** One task for each store the lease is kept in; each is to be begun once a beat. Null: no answer in time. */
  readonly renewals: (core: Core, term: Term) => readonly Task<Renewal | null>[];
  /** Leaves nothing behind that claims or holds; where that cannot be written, others wait out the lease time. */
  readonly release: (core: Core, term: Term) => Task<void>;
  /** For how long a holder may still act; 0 or less means not at all. */
  readonly remainingMs: (core: Core) => number;
  /** The moment by which orders age: a pause of whoever reads it does not stop its clock. */
  readonly stamp: (core: Core) => LeaseStamp;
  /** Has the lease been renewed so often since that an order of then is void everywhere? */
  readonly isPast: (core: Core, stamp: LeaseStamp, renewals: number) => boolean;
  /** What the last holders have left, as all stores show it: the highest (term, sequence) counts. */
  readonly heritage: (core: Core) => readonly Heritage[];
}

export interface Holder {
  readonly host: HostName;
  readonly address: AgentAddress;
  readonly term: Term;
  /** False where this host has no key to check it with: anybody who can write the storage may have said it. */
  readonly authentic: boolean;
  /** When its lease was last seen to move. */
  readonly movedMs: number;
}

/** Who was seen to renew last, with the highest term. */
export interface FormerHolder {
  readonly host: HostName;
  /** The boot in which it did. */
  readonly boot: BootId;
  readonly term: Term;
  readonly renewedMs: number;
}

export type ClaimEnd =
  /** `renewedMs`: from when the lease counts, by store. */
  | { readonly won: true; readonly term: Term; readonly renewedMs: ReadonlyMap<string, number> }
  | {
      readonly won: false;
      readonly why: string;
      /** Something of the claim may stand somewhere, and is to be released. */
      readonly wrote: boolean;
      /** It could not write in time, as others may. */
      readonly tooSlow: boolean;
    };

export type Renewal =
  | { readonly store: string; readonly begunMs: number; readonly rival: null }
  | { readonly store: string; readonly rival: { readonly host: HostName; readonly term: Term } };

/** By store: the position of the holder's lease there. At most MAX_VOLUMES. */
export type LeaseStamp = readonly {
  readonly volumeUuid: string;
  readonly seat: number;
  readonly incarnation: number;
  readonly counter: number;
}[];

export interface IncidentStore {
  /** Is it known where a record of this host is to be written? */
  readonly hasPlaceFor: (core: Core, host: HostName) => boolean;
  /** True once a reader of any majority will find it. */
  readonly write: (core: Core, record: IncidentRecord, live: () => boolean) => Task<boolean>;
  /**
   * For a new master, after its claim: the record that counts of each victim. What slots say, intents included, is
   * noted on the way. Null: not readable on a majority.
   */
  readonly takeUp: (core: Core, live: () => boolean) => Task<readonly IncidentRecord[] | null>;
  /** The record that counts of this host itself. */
  readonly readOwn: (core: Core) => Task<{ readonly record: IncidentRecord | null } | null>;
}

export interface IntentStore {
  /** What this host has written there in a former life is known by now. */
  readonly isKnown: (core: Core) => boolean;
  /** What this host has said last on a volume, as its beat tells when it is first heard, and whenever it begins anew. */
  readonly noteFormerAgent: (core: Core, volumeUuid: string, ownBody: OwnBody) => void;
  /** The agent before this one on this host, if its intents are surely all among those of this one. */
  readonly continued: (core: Core) => AgentIncarnation | null;
  /** By what a host, or this one, says of its volumes: could it write intents? An order to it would be refused else. */
  readonly couldWrite: (core: Core, volumes: View['volumes']) => boolean;
  /** Writes this host's open intents; true once a reader of any majority will find them so. */
  readonly write: (core: Core) => Task<boolean>;
  /** Hosts that may be about to ask nova to evacuate a VM, with what each of them has written, as last read. */
  readonly open: (core: Core) => readonly OpenIntent[];
  /** Was it read, in reads begun after `sinceMs`, that this agent of a host, or one that continues it, has no intent for the VM? */
  readonly isClear: (core: Core, ordered: OrderedHost, vm: string, sinceMs: number) => boolean;
  /** When the last slot of a host was freed under this master; null: it was not, as far as it knows. */
  readonly removedSinceMs: (core: Core, host: HostName) => number | null;
  /** Is what a host is known to write, and not only to have written, of this agent of it, or of one that continues it? */
  readonly tells: (core: Core, ordered: OrderedHost) => boolean;
  /** Whose intents a host is known to write, and not only to have written; null: nobody's, as far as can be told. */
  readonly livingAgent: (core: Core, host: HostName) => AgentIncarnation | null;
}

export interface OpenIntent {
  readonly host: HostName;
  readonly intent: Intent;
}

/** On what ground an effect stands. */
export interface Licence {
  readonly term: Term;
  readonly master: HostName;
  readonly stamp: LeaseStamp;
  /** Void once the lease has been renewed more often than this since its stamp. */
  readonly validRenewals: number;
  readonly incident: string;
  readonly victim: HostName;
  /** Phases of the incident in which the effect has its place. */
  readonly phases: readonly IncidentPhase[];
  /** Further hosts that are taken for dead: their incidents must be so far that their VMs are evacuated. */
  readonly others: readonly { readonly host: HostName; readonly incident: string }[];
}

export interface Unlicensed {
  readonly code: 'old-term' | 'expired' | 'lease-unreadable' | 'incident-unreadable' | 'incident-not-open';
  readonly detail: string;
  /** The higher one, where somebody has it. */
  readonly term?: Term;
}
