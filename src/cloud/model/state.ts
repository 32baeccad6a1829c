/** The records of the embedded cloud: what nova's, keystone's and placement's databases hold. No HTTP here. */
import type { CloudOptions } from './options.ts';

export interface Resources {
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly diskGib: number;
}

export interface HostRecord {
  readonly name: string;
  readonly zone: string;
  readonly cell: string;
  readonly providerUuid: string;
  readonly total: Resources;
}

/** A nova-compute service. */
export interface ServiceRecord {
  readonly id: string;
  readonly number: number;
  readonly host: string;
  disabled: boolean;
  disabledReason: string | null;
  forcedDown: boolean;
  lastReportAtMs: number | null;
  /** Each change of the record counts, a report among them. */
  updatedAtMs: number | null;
}

export interface FlavorRecord extends Resources {
  readonly id: string;
  readonly name: string;
  readonly extraSpecs: Readonly<Record<string, string>>;
}

/** A share of manila, a port with an accelerator, a port that asks for resources in groups. */
export type Attachment = 'share' | 'accelerator-port' | 'resource-port';

export interface ServerRecord {
  readonly uuid: string;
  readonly name: string;
  readonly projectId: string;
  readonly userId: string;
  readonly cell: string;
  readonly flavor: FlavorRecord;
  /** Null: booted from a volume. */
  readonly imageId: string | null;
  readonly metadata: Readonly<Record<string, string>>;
  readonly attached: Attachment | null;
  /** Asked for at creation; then it stays in this zone. */
  readonly pinnedZone: string | null;
  readonly createdAtMs: number;
  host: string | null;
  vmState: string;
  taskState: string | null;
  powerState: number;
  launched: boolean;
  locked: boolean;
  deleted: boolean;
  updatedAtMs: number;
}

export interface MigrationRecord {
  readonly id: number;
  readonly uuid: string;
  readonly instanceUuid: string;
  readonly type: 'evacuation' | 'live-migration' | 'migration' | 'resize';
  readonly source: string;
  readonly createdAtMs: number;
  status: string;
  dest: string | null;
  updatedAtMs: number | null;
}

export interface ActionRecord {
  readonly instanceUuid: string;
  readonly action: string;
  readonly requestId: string;
  readonly projectId: string;
  readonly startedAtMs: number;
  message: string | null;
}

export interface GroupRecord {
  readonly id: string;
  readonly name: string;
  readonly policy: 'affinity' | 'anti-affinity' | 'soft-affinity' | 'soft-anti-affinity';
  readonly projectId: string;
  readonly members: string[];
}

export interface ProjectRecord {
  readonly id: string;
  readonly name: string;
}

export interface UserRecord {
  readonly id: string;
  readonly name: string;
  readonly password: string;
  readonly projectId: string;
  readonly admin: boolean;
  /** Policy rules that this user is refused although an administrator. */
  readonly deniedRules: readonly string[];
  readonly applicationCredentials: readonly { readonly id: string; readonly secret: string }[];
}

export interface TokenRecord {
  readonly token: string;
  readonly userId: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/** A message on its way to a nova-compute. It waits on the bus while that nova-compute is dead. */
export interface ComputeOrder {
  readonly id: string;
  readonly kind: 'create' | 'rebuild' | 'resume' | 'reboot' | 'diagnose' | 'destroy';
  readonly vm: string;
  readonly name: string;
  readonly projectId: string;
  readonly migrationId: number | null;
  /** Rebuild asked for at 2.95 or later: stopped when it is there. */
  readonly stopAfterwards: boolean;
}

/** Has something happen later by itself: the conductor's turn, the end of a step. */
export type Later = (delayMs: number, run: () => void) => void;

export interface CloudState {
  readonly options: CloudOptions;
  readonly hosts: Map<string, HostRecord>;
  readonly services: Map<string, ServiceRecord>;
  readonly servers: Map<string, ServerRecord>;
  readonly migrations: MigrationRecord[];
  readonly actions: ActionRecord[];
  readonly groups: Map<string, GroupRecord>;
  readonly flavors: Map<string, FlavorRecord>;
  readonly projects: Map<string, ProjectRecord>;
  readonly users: Map<string, UserRecord>;
  readonly tokens: Map<string, TokenRecord>;
  /** Server to the hosts on which placement holds resources for it. */
  readonly allocations: Map<string, Set<string>>;
  /** Orders on the bus, by host. */
  readonly orders: Map<string, ComputeOrder[]>;
  /** Orders a nova-compute has taken and not ended, by id. */
  readonly taken: Map<string, { readonly host: string; readonly order: ComputeOrder }>;
  /** By VM: evacuations for which the scheduler has not been asked yet, or does not answer. */
  readonly unscheduled: Map<string, number>;
  /** Calls that wait for a nova-compute to tell whether a guest runs, by the order that asks it. */
  readonly diagnoses: Map<string, (runs: boolean) => void>;
  /** Cells whose database does not answer. */
  readonly deadCells: Set<string>;
  /** Servers for which the scheduler finds no host, for a reason that is not modelled: an aggregate, a device. */
  readonly unschedulable: Set<string>;
  /** nova-scheduler, all of it. */
  schedulerUp: boolean;
  readonly after: Later;
  /** Called when an order was put on the bus. */
  onOrder: (host: string) => void;
}

export function createState(options: CloudOptions, after: Later): CloudState {
  return {
    options,
    hosts: new Map(),
    services: new Map(),
    servers: new Map(),
    migrations: [],
    actions: [],
    groups: new Map(),
    flavors: new Map(),
    projects: new Map(),
    users: new Map(),
    tokens: new Map(),
    allocations: new Map(),
    orders: new Map(),
    taken: new Map(),
    unscheduled: new Map(),
    diagnoses: new Map(),
    deadCells: new Set(),
    unschedulable: new Set(),
    schedulerUp: true,
    after,
    onOrder: () => {},
  };
}

type ServiceChange = Pick<ServiceRecord, 'disabled' | 'disabledReason' | 'forcedDown' | 'lastReportAtMs'>;

export function touchService(
  state: CloudState,
  service: ServiceRecord,
  change: Partial<ServiceChange>,
): void {
  Object.assign(service, change, { updatedAtMs: state.options.clock.nowMs() });
}

export function touchServer(state: CloudState, server: ServerRecord, change: Partial<ServerRecord>): void {
  Object.assign(server, change, { updatedAtMs: state.options.clock.nowMs() });
}

export function touchMigration(
  state: CloudState,
  migration: MigrationRecord,
  change: { readonly status: string; readonly dest?: string },
): void {
  Object.assign(migration, change, { updatedAtMs: state.options.clock.nowMs() });
}

export function sendOrder(
  state: CloudState,
  host: string,
  kind: ComputeOrder['kind'],
  server: ServerRecord,
  rebuild: { readonly migrationId: number | null; readonly stopAfterwards: boolean } | null = null,
): string {
  const order: ComputeOrder = {
    id: state.options.newId(),
    kind,
    vm: server.uuid,
    name: server.name,
    projectId: server.projectId,
    migrationId: rebuild?.migrationId ?? null,
    stopAfterwards: rebuild?.stopAfterwards ?? false,
  };
  state.orders.set(host, [...(state.orders.get(host) ?? []), order]);
  state.onOrder(host);
  return order.id;
}

export function serverOf(state: CloudState, uuid: string): ServerRecord | null {
  const server = state.servers.get(uuid);
  return server === undefined || server.deleted ? null : server;
}

/** With a server that is deleted its migrations go, too (db `instance_destroy`). */
export function shownMigrations(state: CloudState): readonly MigrationRecord[] {
  return state.migrations.filter(({ instanceUuid }) => serverOf(state, instanceUuid) !== null);
}

export function liveServers(state: CloudState): readonly ServerRecord[] {
  return [...state.servers.values()].filter((server) => !server.deleted);
}

/** nova's servicegroup: forced down is down, else the age of the last report decides (`servicegroup/drivers/db.py`). */
export function serviceIsUp(state: CloudState, service: ServiceRecord): boolean {
  if (service.forcedDown || service.lastReportAtMs === null) return false;
  const ageMs = Math.abs(state.options.clock.nowMs() - service.lastReportAtMs);
  return ageMs <= state.options.serviceDownTimeMs;
}
