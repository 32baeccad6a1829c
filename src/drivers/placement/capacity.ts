/**
 * What each compute host can still take: (total − reserved) × allocation ratio − used, as placement counts it
 * (placement `objects/inventory.py`).
 *
 * One request for allocation candidates tells capacity and use of every host with something free, which keeps a cloud of
 * a thousand hosts from needing two thousand requests in the middle of a failure. A host that it leaves out is full, or
 * was cut off by `[placement] max_allocation_candidates`: it is read by itself.
 */
import { z } from 'zod';
import type { HostCapacity } from '../../core/recovery/cloud.ts';
import { type Budget, type Outcome, succeed } from '../http/outcome.ts';
import type { PlacementClient } from './placement-client.ts';

/** Providers that are read one by one at the same time. */
export const PROVIDERS_AT_ONCE_MAX = 8;
/** Stands for "not counted": the host has no disk inventory of its own (shared storage, volumes only). */
export const UNCOUNTED_GIB = 1024 * 1024;

const providersSchema = z.object({
  resource_providers: z.array(
    z.object({ uuid: z.string(), name: z.string(), parent_provider_uuid: z.string().nullish() }),
  ),
});

/** Of anything, or a ratio; what is reckoned with two of them is a number still. */
const amount = z.number().min(-Number.MAX_SAFE_INTEGER).max(Number.MAX_SAFE_INTEGER);

const candidatesSchema = z.object({
  provider_summaries: z.record(
    z.string(),
    z.object({ resources: z.record(z.string(), z.object({ capacity: amount, used: amount })) }),
  ),
});

const inventoriesSchema = z.object({
  inventories: z.record(z.string(), z.object({ total: amount, reserved: amount, allocation_ratio: amount })),
});

const usagesSchema = z.object({ usages: z.record(z.string(), amount) });

type Free = Readonly<Record<string, number>>;

export async function listCapacity(
  placement: PlacementClient,
  budget: Budget,
): Promise<Outcome<readonly HostCapacity[]>> {
  const listed = await placement.read('/resource_providers', providersSchema, budget);
  if (!listed.ok) return listed;
  const candidates = await placement.read(
    '/allocation_candidates?resources=VCPU:1,MEMORY_MB:1',
    candidatesSchema,
    budget,
  );
  if (!candidates.ok) return candidates;
  // Children of a host (NUMA nodes, devices) are not hosts.
  const roots = listed.value.resource_providers.filter((provider) => !provider.parent_provider_uuid);
  const free = new Map<string, Free>();
  for (const [uuid, summary] of Object.entries(candidates.value.provider_summaries)) {
    free.set(uuid, freeOfSummary(summary.resources));
  }
  const unseen = roots.filter((provider) => !free.has(provider.uuid)).map((provider) => provider.uuid);
  const rest = await readEach(placement, unseen, budget);
  if (!rest.ok) return rest;
  for (const [uuid, one] of rest.value) free.set(uuid, one);
  return succeed(roots.flatMap((provider) => capacityOf(provider.name, free.get(provider.uuid) ?? {})));
}

/** A provider without processors (shared storage, network bandwidth) is not a compute host. */
function capacityOf(host: string, free: Free): readonly HostCapacity[] {
  const freeVcpus = free['VCPU'];
  if (freeVcpus === undefined) return [];
  const freeMemoryMib = free['MEMORY_MB'] ?? 0;
  return [{ host, freeVcpus, freeMemoryMib, freeDiskGib: free['DISK_GB'] ?? UNCOUNTED_GIB }];
}

function freeOfSummary(
  resources: Readonly<Record<string, { readonly capacity: number; readonly used: number }>>,
): Free {
  return mapValues(resources, (resource) => Math.max(0, resource.capacity - resource.used));
}

async function readEach(
  placement: PlacementClient,
  uuids: readonly string[],
  budget: Budget,
): Promise<Outcome<ReadonlyMap<string, Free>>> {
  const free = new Map<string, Free>();
  const waiting = [...uuids];
  let firstFailure: Outcome<never> | null = null;
  const worker = async (): Promise<void> => {
    for (let uuid = waiting.pop(); uuid !== undefined && firstFailure === null; uuid = waiting.pop()) {
      const one = await readOne(placement, uuid, budget);
      if (one.ok) free.set(uuid, one.value);
      else if (one.failure.code !== 'not-found') firstFailure ??= one;
    }
  };
  await Promise.all(Array.from({ length: PROVIDERS_AT_ONCE_MAX }, worker));
  return firstFailure ?? succeed(free);
}

async function readOne(placement: PlacementClient, uuid: string, budget: Budget): Promise<Outcome<Free>> {
  const path = `/resource_providers/${encodeURIComponent(uuid)}`;
  const inventories = await placement.read(`${path}/inventories`, inventoriesSchema, budget);
  if (!inventories.ok) return inventories;
  const usages = await placement.read(`${path}/usages`, usagesSchema, budget);
  if (!usages.ok) return usages;
  return succeed(
    mapValues(inventories.value.inventories, (inventory, name) => {
      const capacity = Math.floor((inventory.total - inventory.reserved) * inventory.allocation_ratio);
      return Math.max(0, capacity - (usages.value.usages[name] ?? 0));
    }),
  );
}

function mapValues<T>(
  record: Readonly<Record<string, T>>,
  map: (value: T, name: string) => number,
): Record<string, number> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value, name)]));
}

/** A provider bears the hypervisor's name, at times fully qualified where nova knows the host by its first label. */
export function underHostNames(
  capacities: readonly HostCapacity[],
  hosts: readonly string[],
): readonly HostCapacity[] {
  const exact = new Set(hosts);
  const byLabel = new Map<string, string | null>();
  for (const host of hosts) byLabel.set(firstLabel(host), byLabel.has(firstLabel(host)) ? null : host);
  return capacities.map((capacity) => {
    if (exact.has(capacity.host)) return capacity;
    // Two hosts with one first label: the provider cannot be told apart, so it keeps its own name.
    const host = byLabel.get(firstLabel(capacity.host)) ?? capacity.host;
    return { ...capacity, host };
  });
}

function firstLabel(name: string): string {
  return name.split('.')[0] ?? name;
}
