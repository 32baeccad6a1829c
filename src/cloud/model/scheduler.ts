/** Which host may take a server: nova-scheduler's filters and placement's arithmetic, as far as they matter here. */
import {
  type CloudState,
  type GroupRecord,
  type HostRecord,
  liveServers,
  type Resources,
  type ServerRecord,
  serviceIsUp,
} from './state.ts';

/** nova's defaults: `initial_cpu_allocation_ratio` and its siblings. */
export const ALLOCATION_RATIOS: Resources = { vcpus: 4, memoryMib: 1, diskGib: 1 };
/** nova's `reserved_host_memory_mb`. */
export const RESERVED_MEMORY_MIB = 512;

export interface Choice {
  readonly server: ServerRecord;
  /** Only this host will do (a named target, or `zone:host` at creation). */
  readonly onlyHost: string | null;
  /** The source of an evacuation is never its target. */
  readonly notHost: string | null;
}

/** The host with the most free memory among those allowed, or null: "no valid host". */
export function selectHost(state: CloudState, choice: Choice): string | null {
  const allowed = [...state.hosts.values()].filter((host) => mayTake(state, host, choice));
  allowed.sort(
    (left, right) => freeOn(state, right).memoryMib - freeOn(state, left).memoryMib || order(left, right),
  );
  return allowed[0]?.name ?? null;
}

function order(left: HostRecord, right: HostRecord): number {
  return left.name < right.name ? -1 : 1;
}

function mayTake(state: CloudState, host: HostRecord, choice: Choice): boolean {
  const { server } = choice;
  if (state.unschedulable.has(server.uuid)) return false;
  const service = state.services.get(host.name);
  if (service === undefined || service.disabled || !serviceIsUp(state, service)) return false;
  if (choice.onlyHost !== null && host.name !== choice.onlyHost) return false;
  if (host.name === choice.notHost) return false;
  // The conductor restricts to the server's own cell (conductor/manager.py `_restrict_request_spec_to_cell`).
  if (host.cell !== server.cell || state.deadCells.has(host.cell)) return false;
  if (server.pinnedZone !== null && host.zone !== server.pinnedZone) return false;
  const group = groupOf(state, server.uuid);
  if (group !== null && !groupAllows(state, group, server, host.name)) return false;
  return fits(freeOn(state, host), server.flavor);
}

export function groupOf(state: CloudState, vm: string): GroupRecord | null {
  return [...state.groups.values()].find((group) => group.members.includes(vm)) ?? null;
}

/** Affinity counts the dead host of the member itself (scheduler/utils.py), so a lone group cannot be evacuated. */
function groupAllows(state: CloudState, group: GroupRecord, server: ServerRecord, host: string): boolean {
  const members = liveServers(state).filter((member) => group.members.includes(member.uuid));
  if (group.policy === 'anti-affinity') {
    return !members.some((member) => member.uuid !== server.uuid && member.host === host);
  }
  if (group.policy === 'affinity') {
    const hosts = members.flatMap((member) => (member.host === null ? [] : [member.host]));
    return hosts.length === 0 || hosts.includes(host);
  }
  return true;
}

export function fits(free: Resources, wanted: Resources): boolean {
  return free.vcpus >= wanted.vcpus && free.memoryMib >= wanted.memoryMib && free.diskGib >= wanted.diskGib;
}

export function usedOn(state: CloudState, host: string): Resources {
  let vcpus = 0;
  let memoryMib = 0;
  let diskGib = 0;
  for (const [uuid, hosts] of state.allocations) {
    const flavor = state.servers.get(uuid)?.flavor;
    if (flavor === undefined || !hosts.has(host)) continue;
    vcpus += flavor.vcpus;
    memoryMib += flavor.memoryMib;
    diskGib += flavor.diskGib;
  }
  return { vcpus, memoryMib, diskGib };
}

export function capacityOf(host: HostRecord): Resources {
  return {
    vcpus: host.total.vcpus * ALLOCATION_RATIOS.vcpus,
    memoryMib: (host.total.memoryMib - RESERVED_MEMORY_MIB) * ALLOCATION_RATIOS.memoryMib,
    diskGib: host.total.diskGib * ALLOCATION_RATIOS.diskGib,
  };
}

export function freeOn(state: CloudState, host: HostRecord): Resources {
  const capacity = capacityOf(host);
  const used = usedOn(state, host.name);
  return {
    vcpus: capacity.vcpus - used.vcpus,
    memoryMib: capacity.memoryMib - used.memoryMib,
    diskGib: capacity.diskGib - used.diskGib,
  };
}

export function allocate(state: CloudState, vm: string, host: string): void {
  state.allocations.set(vm, new Set([...(state.allocations.get(vm) ?? []), host]));
}

export function release(state: CloudState, vm: string, host: string): void {
  state.allocations.get(vm)?.delete(host);
}
