/**
 * What hosts tell each other, as data. How it is laid out in bytes is the business of the codecs beside this file;
 * what it means is the business of election, evidence and recovery.
 */

/** Lower-case name by which nova knows the host's nova-compute; 1 to 63 of [a-z0-9.-]. */
export type HostName = string;
/** Random 64 bits in hex, drawn when an agent starts; (host, agent incarnation) names one life of one agent. */
export type AgentIncarnation = string;
/** The kernel's boot id, 32 hex digits: a new one is a new life of the host, and the old one's guests are gone. */
export type BootId = string;
/** Of a host that was never seen in any. */
export const NO_BOOT: BootId = '0'.repeat(32);
/** Number that grows with each new master; 0 before the first. */
export type Term = number;
/** The name a host's configuration gives a volume; hosts agree on volumes by uuid, people by name. */
export type VolumeName = string;

export const MAX_SEATS = 32;
export const MAX_NEIGHBOURS_IN_VIEW = 8;
export const MAX_ISOLATION_ADDRESSES = 4;
export const MAX_VOLUMES = 8;
export const MAX_OPEN_INTENTS = 8;
export const MAX_OPEN_REPORTS = 24;
export const MAX_ROWS_UNDER_WAY = 64;
export const MAX_BOOTS_UNDER_WAY = 16;
export const MAX_HOSTS_ORDERED = 16;

/** Where a host's agent is reached on the management network. */
export interface AgentAddress {
  /** IPv4 or IPv6 address, no name: resolving names needs services that may be what failed. */
  readonly ip: string;
  readonly udpPort: number;
  readonly apiPort: number;
}

/** What a probe of a host or isolation address brought: a TLS answer proves the agent, a refusal or echo the kernel. */
export type ProbeAnswer = 'agent' | 'kernel' | 'none';

/** What a host says it hears. */
export interface View {
  /** The master it last heard an answer from within the network bound, if any. */
  readonly master: HostName | null;
  /** Answers to this host's own probes; empty until it had a reason to probe. At most MAX_NEIGHBOURS_IN_VIEW. */
  readonly neighbours: readonly { readonly host: HostName; readonly answer: ProbeAnswer }[];
  /** At most MAX_ISOLATION_ADDRESSES. */
  readonly isolation: readonly { readonly address: string; readonly answered: boolean }[];
  /** By volume uuid: is its beat writing? At most MAX_VOLUMES. */
  readonly volumes: readonly {
    readonly uuid: string;
    readonly name: VolumeName;
    readonly writable: boolean;
  }[];
}

/** Announced before an agent stops on purpose. Observers count `expiresMs` from when they first saw it. */
export interface Leaving {
  readonly why: 'agent-restart' | 'reboot' | 'shutdown';
  /** Null: until told otherwise. */
  readonly expiresMs: number | null;
}

/**
 * Planned work on a host: the last word of an operator, said to the host itself and kept in its slot. Of two words the
 * one with the higher sequence counts; a volume that could not be written keeps an older one.
 */
export interface Maintenance {
  readonly sequence: number;
  /** Null: it has ended, or was never declared. */
  readonly declared: DeclaredMaintenance | null;
}

export interface DeclaredMaintenance {
  /** Who declared it; 1 to 64 characters. */
  readonly by: string;
  /** 1 to 200 characters. */
  readonly why: string | null;
  /** Should it die or boot meanwhile, its VMs are recovered as those of any other host. */
  readonly recover: boolean;
}

export const NO_MAINTENANCE: Maintenance = { sequence: 0, declared: null };

/** What an executor writes down before it acts on an order. */
export interface Intent {
  readonly incident: string;
  readonly vm: string;
  readonly attempt: number;
  readonly term: Term;
  /** `intended`: nothing sent yet. `posted`: the request is or may be on its way to nova. */
  readonly phase: 'intended' | 'posted';
}

/** A host's own timing, by which others judge it. */
export interface PublishedTiming {
  readonly beatMs: number;
  readonly networkLostMs: number;
  readonly volumeLostMs: number;
}

/** The authenticated part of a slot, written by the agent, kept on the volume by the beat. */
export interface SlotBody {
  /** Grows with every change, over restarts and reboots: which of the bodies on several volumes was written last. */
  readonly sequence: number;
  readonly host: HostName;
  readonly address: AgentAddress;
  readonly role: 'compute' | 'control';
  readonly eligible: boolean;
  /** Rack, room or zone that fails as one; null if not told. */
  readonly failureDomain: string | null;
  readonly agent: AgentIncarnation;
  /** The agent before this one, where what it was about to ask of nova is all among these intents; else null. */
  readonly continues: AgentIncarnation | null;
  readonly termSeen: Term;
  /** Fit to be master: hears somebody, reads what it needs. */
  readonly fit: boolean;
  readonly view: View;
  readonly leaving: Leaving | null;
  /** The boot that ended before this one, unannounced, as long as no incident is known to have seen to its VMs. */
  readonly unjudged: BootId | null;
  readonly maintenance: Maintenance;
  readonly intents: readonly Intent[];
  readonly timing: PublishedTiming;
  readonly hardwareUuid: string | null;
  readonly formatMax: number;
}

/** A report that is begun and not ended, kept so that a new master neither repeats nor forgets it. */
export interface OpenReport {
  /** Cause, for example `host/h3/isolated`. */
  readonly cause: string;
  readonly severity: 'info' | 'warning' | 'critical';
}

/**
 * What a master leaves its successor: its open reports, as of its last change of them, and whether the site has started. Every claim carries them on, so
 * that copies stand in many seats, old and new: the highest (term, sequence) counts, whatever the term of the seat.
 */
export interface Heritage {
  readonly term: Term;
  readonly sequence: number;
  readonly open: readonly OpenReport[];
  /** The site has started, and not every host was seen alive since. */
  readonly siteStart?: boolean;
}

/** A lease seat: written by its owner alone. */
export interface SeatBody {
  readonly host: HostName;
  readonly address: AgentAddress;
  readonly agent: AgentIncarnation;
  readonly term: Term;
  readonly phase: 'claiming' | 'holding' | 'released';
  readonly heritage: Heritage;
}

export type Proof = 'power' | 'lease' | 'storage' | 'reboot' | 'operator' | 'silence';

export type IncidentPhase = 'declared' | 'proving' | 'evacuating' | 'returning' | 'closed';

/** One failure of one host, as written to both of its cells; the highest (term, sequence) counts. */
export interface IncidentRecord {
  readonly id: string;
  readonly victim: HostName;
  readonly victimBoot: BootId;
  readonly term: Term;
  readonly sequence: number;
  readonly phase: IncidentPhase;
  /** Code of the reason why it waits, see docs/operations.md; null when it does not. */
  readonly hold: string | null;
  readonly proof: Proof | null;
  /** Who gave the proof `operator`; null for the others. */
  readonly confirmedBy: string | null;
  /** Highest migration id nova knew at declaration; null until read. */
  readonly migrationIdAtDeclaration: number | null;
  readonly forcedDownBy: ForcedDownBy | null;
  /** Evacuations of the victim's VMs under way, by the boot of their target: with that boot they end. */
  readonly underWay: readonly RowsOfBoot[];
  /** Who was given orders that may not be over. At most MAX_HOSTS_ORDERED. */
  readonly ordered: readonly OrderedHost[];
}

/** A slave, in the life of the agent that an order was given to: what another one does not know of may still happen. */
export interface OrderedHost {
  readonly host: HostName;
  readonly agent: AgentIncarnation;
}

/**
 * Who set forced_down; null until known. `vigil-asked`: it is about to be asked for, or nova has not answered and may
 * carry it out later. `vigil`: nothing that was asked for is still to come.
 */
export type ForcedDownBy = 'vigil-asked' | 'vigil' | 'somebody-else';

/** nova's migration ids; at most MAX_ROWS_UNDER_WAY in a record, over at most MAX_BOOTS_UNDER_WAY boots. */
export interface RowsOfBoot {
  readonly boot: BootId;
  readonly rows: readonly number[];
}

/** Facts about a volume that are fixed when it is made. */
export interface Superblock {
  readonly format: number;
  readonly volumeUuid: string;
  readonly cluster: string;
  readonly slots: number;
  readonly seats: number;
  /** 0: carries heartbeats only. 1 or 3: one of that many lease volumes. */
  readonly leaseVolumes: 0 | 1 | 3;
  readonly coordination: 'volume' | 'etcd';
  readonly generation: number;
}

/** What a block's fixed header says; enough to judge liveness, readable without any key. */
export interface BlockHeader {
  readonly kind: 'superblock' | 'seat' | 'slot' | 'cell';
  /** First 64 bits of SHA-256 of the owner's name, in hex, as the driver computes it. */
  readonly owner: string;
  readonly boot: BootId;
  /** Grows with each start of the owner's beat on this volume; (incarnation, counter) only ever advances. */
  readonly incarnation: number;
  readonly counter: number;
  /** For how long the beat has not heard its agent. */
  readonly agentSilentMs: number;
  /** The payload was given to the beat in its own life; else it goes on with what it has found. */
  readonly given: boolean;
}
