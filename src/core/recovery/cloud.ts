/**
 * What the core asks of OpenStack and what it gets back, free of HTTP.
 *
 * A driver turns a {@link CloudCall} into requests and its answer into a {@link CloudAnswer}. Every failure is a
 * value; the one thing the core must know of a failed request is whether the cloud may still carry it out.
 */

/** A nova-compute service (`GET /os-services?binary=nova-compute`, 2.53 or later). */
export interface ComputeService {
  readonly id: string;
  readonly host: string;
  readonly zone: string;
  /** nova's own opinion; never evidence of death, its message bus dies more often than hosts do. */
  readonly state: 'up' | 'down';
  readonly status: 'enabled' | 'disabled';
  readonly disabledReason: string | null;
  readonly forcedDown: boolean;
  /** Compared for change only, never with a clock. Null until the first report. */
  readonly updatedAt: string | null;
}

/** A server as `GET /servers/detail?all_tenants=1&host=H` shows it to an administrator. */
export interface Server {
  readonly vm: string;
  readonly name: string;
  readonly projectId: string;
  readonly host: string;
  /** API status: ACTIVE, SHUTOFF, ERROR, REBUILD, … */
  readonly status: string;
  readonly vmState: string;
  readonly taskState: string | null;
  /** nova's number: 0 no state, 1 running, 3 paused, 4 shut down, 6 crashed, 7 suspended. */
  readonly powerState: number;
  /** The zone it is in; before 2.96 nova does not tell whether it was pinned there, so it is taken as pinned. */
  readonly zone: string;
  readonly locked: boolean;
  readonly bootedFromVolume: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  readonly flavor: {
    readonly name: string;
    readonly vcpus: number;
    readonly memoryMib: number;
    readonly diskGib: number;
    readonly extraSpecs: Readonly<Record<string, string>>;
  };
}

/** A migration record (`GET /os-migrations`, 2.59 or later); evacuations and live migrations alike. */
export interface Migration {
  readonly id: number;
  readonly vm: string;
  readonly type: 'evacuation' | 'live-migration' | 'migration' | 'resize';
  /** accepted, queued, preparing, pre-migrating, running, post-migrating, done, completed, failed, error, cancelled. */
  readonly status: string;
  readonly source: string | null;
  /** Null until the scheduler has chosen, or when the credential may not see host names. */
  readonly target: string | null;
  readonly createdAt: string;
  readonly updatedAt: string | null;
}

/** What placement says a compute host can still take. */
export interface HostCapacity {
  readonly host: string;
  readonly freeVcpus: number;
  readonly freeMemoryMib: number;
  readonly freeDiskGib: number;
}

export interface ServerGroup {
  readonly id: string;
  readonly name: string;
  readonly policy: 'affinity' | 'anti-affinity' | 'soft-affinity' | 'soft-anti-affinity';
  readonly members: readonly string[];
}

export type CloudCall =
  | { readonly call: 'list-services' }
  /** Sets or clears forced_down; answers with the service as nova then shows it. */
  | { readonly call: 'force-down'; readonly serviceId: string; readonly forcedDown: boolean }
  /** All servers nova places on a host. A list with stubs of a down cell is a failure (`incomplete`), never a short list. */
  | { readonly call: 'list-servers'; readonly host: string }
  | { readonly call: 'get-server'; readonly vm: string }
  /** Newest first. With `vm`, all of that VM's; else those with `host` as source or target. */
  | { readonly call: 'list-migrations'; readonly vm: string }
  | { readonly call: 'list-host-migrations'; readonly host: string }
  | { readonly call: 'list-capacity' }
  | { readonly call: 'list-groups' }
  /** Asks nova to rebuild the VM on `target`. Success means accepted, nothing more (nova-evacuate: 200, asynchronous). */
  | { readonly call: 'evacuate'; readonly vm: string; readonly target: string }
  /** What the hypervisor itself says of the guest; what nova has recorded of it is stale after a boot of its host. */
  | { readonly call: 'guest-state'; readonly vm: string }
  /** Starts the guest anew where it is, whether it runs or not. Success means accepted, nothing more. */
  | { readonly call: 'hard-reboot'; readonly vm: string };

/** {@link CloudResults} `guest-state` of a guest that nova-compute does not find running, whatever else it is. */
export const NOT_RUNNING = 'not-running';

export interface CloudResults {
  'list-services': readonly ComputeService[];
  'force-down': ComputeService;
  'list-servers': readonly Server[];
  'get-server': Server;
  'list-migrations': readonly Migration[];
  'list-host-migrations': readonly Migration[];
  'list-capacity': readonly HostCapacity[];
  'list-groups': readonly ServerGroup[];
  evacuate: { readonly requestId: string | null };
  /** `running`, {@link NOT_RUNNING}, or another of nova's words for a power state (`shutdown`, `paused`, …). */
  'guest-state': { readonly state: string };
  'hard-reboot': { readonly requestId: string | null };
}

export type CloudFailureCode =
  /** No connection, no name, TLS refused: the request was surely not carried out. */
  | 'unreachable'
  /** Sent, but no (whole) answer by the deadline or the connection broke: it may still be carried out. */
  | 'no-answer'
  | 'bad-request'
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'rate-limited'
  /** 5xx: nova may have begun before it failed. */
  | 'server-error'
  /** An answer that is not what the API promises; `detail` names the place in it. */
  | 'unintelligible'
  /** A list that nova itself marks as incomplete (a cell is down). */
  | 'incomplete';

export interface CloudFailure {
  readonly code: CloudFailureCode;
  readonly service: 'keystone' | 'nova' | 'placement';
  /** HTTP status where there was one. */
  readonly status: number | null;
  readonly requestId: string | null;
  /** For an operator; never holds a token or a password. */
  readonly detail: string;
}

export type CloudAnswer<K extends CloudCall['call'] = CloudCall['call']> = {
  [C in K]:
    | { readonly call: C; readonly ok: true; readonly value: CloudResults[C] }
    | { readonly call: C; readonly ok: false; readonly failure: CloudFailure };
}[K];

/**
 * May the cloud still carry out a call that failed so? Only a 4xx, or a connection that never came to be, is a no:
 * a time-out, a torn connection and a 5xx leave it open.
 */
export function mayStillHappen(failure: CloudFailure): boolean {
  switch (failure.code) {
    case 'unreachable':
    case 'bad-request':
    case 'unauthorized':
    case 'forbidden':
    case 'not-found':
    case 'conflict':
    case 'rate-limited':
      return false;
    case 'no-answer':
    case 'server-error':
    case 'unintelligible':
    case 'incomplete':
      return true;
  }
}
