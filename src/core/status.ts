import type { Verdict } from './verdict/verdict.ts';
import type { HostName, IncidentPhase, Proof, Term } from './wire/records.ts';

/** What an agent knows, for `vigil status`, `hosts`, `vms` and the API. Only a master fills hosts, incidents and vms. */
export interface ClusterStatus {
  readonly cluster: string;
  readonly host: HostName;
  readonly role: 'master' | 'slave';
  readonly master: { readonly host: HostName; readonly ip: string; readonly apiPort: number } | null;
  readonly term: Term;
  /** Why this agent does not act, in words; empty when it is well. */
  readonly holds: readonly string[];
  readonly volumes: readonly VolumeStatus[];
  readonly hosts: readonly HostStatus[];
  readonly incidents: readonly IncidentStatus[];
}

export interface VolumeStatus {
  readonly name: string;
  readonly lease: boolean;
  readonly state: 'ok' | 'slow' | 'hung' | 'failing' | 'no-beat' | 'stopped';
  readonly detail: string | null;
  readonly lastWriteAgoMs: number | null;
}

export interface HostStatus {
  readonly host: HostName;
  readonly role: 'compute' | 'control';
  readonly eligible: boolean;
  readonly verdict: Verdict;
  /** The rule and what it rests on, in words. */
  readonly why: string;
  readonly sinceMs: number;
  readonly network: { readonly state: string; readonly agoMs: number | null };
  readonly volumes: readonly {
    readonly name: string;
    readonly state: string;
    readonly agoMs: number | null;
  }[];
}

export interface IncidentStatus {
  readonly id: string;
  readonly host: HostName;
  readonly phase: IncidentPhase;
  readonly proof: Proof | null;
  readonly hold: { readonly code: string; readonly words: string; readonly release: string } | null;
  readonly ageMs: number;
  readonly vms: readonly VmStatus[];
}

export interface VmStatus {
  readonly vm: string;
  readonly name: string;
  readonly state:
    | 'waiting'
    | 'ordered'
    | 'evacuating'
    | 'restarting'
    | 'recovered'
    | 'not-recovered'
    | 'held';
  readonly target: HostName | null;
  readonly attempt: number;
  /** Why it is not recovered or held, in words. */
  readonly reason: string | null;
}
