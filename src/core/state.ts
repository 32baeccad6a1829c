/**
 * The state of one agent's core. Plain data, owned by step(): nobody else changes it. What only a master has is in
 * `master` and goes when the lease goes.
 */
import type { Coordination } from './coordination/port.ts';
import type { Effect } from './effect.ts';
import type { Lease } from './election/lease.ts';
import type { HostEvidence } from './evidence/host.ts';
import type { NovaWitness } from './evidence/nova-witness.ts';
import type { Observer } from './evidence/observer.ts';
import type { OwnReboot } from './evidence/own-reboot.ts';
import type { Random } from './lib/random.ts';
import type { Turns } from './lib/turns.ts';
import type { Link } from './link/link.ts';
import type { Namesake } from './link/namesake.ts';
import type { Mastership } from './master/mastership.ts';
import type { Executor } from './recovery/executor.ts';
import type { ReportBook } from './reports/book.ts';
import type { Requests } from './requests.ts';
import type { Settings } from './settings.ts';
import type { Published } from './publish.ts';
import type { OwnVolume } from './volumes.ts';
import type {
  AgentIncarnation,
  HostName,
  IncidentRecord,
  Leaving,
  Maintenance,
  Term,
  VolumeName,
} from './wire/records.ts';

export interface Core {
  readonly settings: Settings;
  /** Monotonic milliseconds of this agent's clock, as of the input being handled. */
  now: number;
  readonly random: Random;
  readonly outbox: Effect[];
  readonly requests: Requests;
  readonly observer: Observer;
  readonly volumes: ReadonlyMap<VolumeName, OwnVolume>;
  /** Those of them that carry the lease: one or three. */
  readonly leaseVolumes: readonly OwnVolume[];
  /** Every host ever seen on a volume, but not this one. */
  readonly hosts: Map<HostName, HostEvidence>;
  readonly nova: NovaWitness;
  readonly link: Link;
  readonly namesake: Namesake;
  readonly executor: Executor;
  /** Who spoke for this host before this agent, as its beats have told it first, by volume uuid. At most MAX_VOLUMES. */
  readonly formerAgents: Map<string, AgentIncarnation>;
  /** Of what a master checks before what it does itself. */
  readonly checks: Turns;
  readonly coordination: Coordination;
  readonly reports: ReportBook;
  /** Highest term ever seen, anywhere; older ones are refused. */
  termSeen: Term;
  lease: Lease;
  master: Mastership | null;
  /** How often it gave the lease to a host that can judge this one, and from when on it may do so again. */
  madeWay: { readonly times: number; readonly againMs: number } | null;
  /** When it last gave the lease to a host that sees more volumes. */
  leftToSeeingMs: number | null;
  leaving: Leaving | null;
  /** Planned work on this host. */
  maintenance: Maintenance;
  /** It is being written, and is taken back where it cannot be. */
  maintenanceUnwritten: boolean;
  /** What the cells say about this host itself; null until they were read. */
  ownIncident: IncidentRecord | null | 'unread';
  ownReboot: OwnReboot;
  /** When periodic work was last done. */
  lastBeatMs: number | null;
  /** What this host says of itself in its slots, see publish.ts. */
  readonly published: Published;
  stoppedSent: boolean;
}

/** Does this agent, and nobody since, hold the lease, and may it still act on it? */
export function isActing(core: Core, mastership: Mastership): boolean {
  return core.master === mastership && core.lease.phase === 'holding';
}
