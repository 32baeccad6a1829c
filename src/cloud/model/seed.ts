/** Puts hosts, projects, users and servers into the embedded cloud. */
import { allocate } from './scheduler.ts';
import {
  type CloudState,
  type FlavorRecord,
  type HostRecord,
  type ProjectRecord,
  type Resources,
  sendOrder,
  type ServerRecord,
  type UserRecord,
} from './state.ts';

const HOST_TOTAL: Resources = { vcpus: 16, memoryMib: 65_536, diskGib: 1_000 };

export interface HostSeed {
  readonly name: string;
  readonly zone?: string;
  readonly cell?: string;
  readonly total?: Resources;
  /** Null: never reported. Default: just now. */
  readonly lastReportAtMs?: number | null;
}

export function addHost(state: CloudState, seed: HostSeed): HostRecord {
  const host: HostRecord = {
    name: seed.name,
    zone: seed.zone ?? 'nova',
    cell: seed.cell ?? 'cell1',
    providerUuid: state.options.newId(),
    total: seed.total ?? HOST_TOTAL,
  };
  const reportedAtMs = seed.lastReportAtMs === undefined ? state.options.clock.nowMs() : seed.lastReportAtMs;
  state.hosts.set(host.name, host);
  state.services.set(host.name, {
    id: state.options.newId(),
    number: state.services.size + 1,
    host: host.name,
    disabled: false,
    disabledReason: null,
    forcedDown: false,
    lastReportAtMs: reportedAtMs,
    updatedAtMs: reportedAtMs,
  });
  return host;
}

export function addProject(state: CloudState, name: string): ProjectRecord {
  const project = { id: state.options.newId().replaceAll('-', ''), name };
  state.projects.set(project.id, project);
  return project;
}

export interface UserSeed {
  readonly name: string;
  readonly password: string;
  readonly projectId: string;
  readonly admin?: boolean;
  readonly deniedRules?: readonly string[];
  readonly applicationCredentials?: UserRecord['applicationCredentials'];
}

export function addUser(state: CloudState, seed: UserSeed): UserRecord {
  const user: UserRecord = {
    id: state.options.newId().replaceAll('-', ''),
    name: seed.name,
    password: seed.password,
    projectId: seed.projectId,
    admin: seed.admin ?? false,
    deniedRules: seed.deniedRules ?? [],
    applicationCredentials: seed.applicationCredentials ?? [],
  };
  state.users.set(user.id, user);
  return user;
}

export function addFlavor(
  state: CloudState,
  seed: { readonly name: string; readonly extraSpecs?: Readonly<Record<string, string>> } & Resources,
): FlavorRecord {
  const { name, vcpus, memoryMib, diskGib } = seed;
  const flavor = {
    id: state.options.newId(),
    name,
    vcpus,
    memoryMib,
    diskGib,
    extraSpecs: seed.extraSpecs ?? {},
  };
  state.flavors.set(flavor.id, flavor);
  return flavor;
}

export interface ServerSeed {
  readonly name: string;
  readonly host: string;
  readonly projectId: string;
  readonly flavor: FlavorRecord;
  readonly vmState?: string;
  readonly taskState?: string | null;
  /** Null: booted from a volume, which is the default. */
  readonly imageId?: string | null;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly pinned?: boolean;
  readonly locked?: boolean;
}

/** A server that is there already; its host's nova-compute is told to have its guest, if it is to run. */
export function addServer(state: CloudState, seed: ServerSeed): ServerRecord {
  const host = state.hosts.get(seed.host);
  if (host === undefined) throw new Error(`seed: there is no host ${seed.host}`);
  const nowMs = state.options.clock.nowMs();
  const vmState = seed.vmState ?? 'active';
  const server: ServerRecord = {
    uuid: state.options.newId(),
    name: seed.name,
    projectId: seed.projectId,
    userId: [...state.users.values()].find((user) => user.projectId === seed.projectId)?.id ?? '',
    cell: host.cell,
    flavor: seed.flavor,
    imageId: seed.imageId ?? null,
    metadata: seed.metadata ?? {},
    pinnedZone: seed.pinned === true ? host.zone : null,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    host: seed.host,
    vmState,
    taskState: seed.taskState ?? null,
    powerState: vmState === 'active' ? 1 : 4,
    launched: vmState !== 'building',
    attached: null,
    locked: seed.locked ?? false,
    deleted: false,
  };
  state.servers.set(server.uuid, server);
  allocate(state, server.uuid, seed.host);
  if (vmState === 'active') sendOrder(state, seed.host, 'resume', server);
  return server;
}
