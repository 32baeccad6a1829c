/** Which host may take a VM, and why the others may not. */
import type { HostName } from '../wire/records.ts';
import type { ComputeService, HostCapacity, Server, ServerGroup } from './cloud.ts';

export interface CandidateHost {
  readonly host: HostName;
  /** Why the host gets no orders at all, or null. */
  readonly unfit: string | null;
  /** It lost a volume, but not what an order needs: one that is whole is better. */
  readonly degraded: boolean;
  readonly service: ComputeService | null;
  readonly capacity: HostCapacity | null;
  /** Orders and evacuations under way to it. */
  readonly load: number;
  /** Placed there for this incident so far, under way or done. */
  readonly placed: number;
}

export interface CandidateContext {
  readonly hosts: readonly CandidateHost[];
  readonly loadMax: number;
  readonly groups: readonly ServerGroup[];
  /** Where the members of groups are, as far as nova tells or an evacuation will bring them. */
  readonly placeOf: ReadonlyMap<string, HostName>;
  /** Hosts that failed this VM lately, with the reason. */
  readonly excluded: ReadonlyMap<HostName, string>;
  readonly sourceZone: string;
}

export type Choice =
  | { readonly chosen: HostName }
  | { readonly chosen: null; readonly whyNot: readonly string[]; readonly later: boolean };

/** Whole ones first, of them least placed, then most free memory, then by name, so that the same facts give the same choice. */
export function chooseCandidate(server: Server, context: CandidateContext): Choice {
  const judged = context.hosts.map((candidate) => ({ candidate, why: whyNot(server, candidate, context) }));
  const fit = judged.filter(({ why }) => why === null).map(({ candidate }) => candidate);
  const free = fit.filter(({ load }) => load < context.loadMax);
  const best = free.sort(byPreference)[0];
  if (best !== undefined) return { chosen: best.host };
  const words = judged.map(
    ({ candidate, why }) => `${candidate.host}: ${why ?? `busy with ${candidate.load} orders`}`,
  );
  return { chosen: null, whyNot: words, later: fit.length > 0 };
}

function byPreference(a: CandidateHost, b: CandidateHost): number {
  return (
    Number(a.degraded) - Number(b.degraded) ||
    a.placed - b.placed ||
    (b.capacity?.freeMemoryMib ?? 0) - (a.capacity?.freeMemoryMib ?? 0) ||
    (a.host < b.host ? -1 : 1)
  );
}

function whyNot(server: Server, candidate: CandidateHost, context: CandidateContext): string | null {
  if (candidate.unfit !== null) return candidate.unfit;
  const { service, capacity } = candidate;
  if (service === null) return 'has no nova-compute';
  if (service.forcedDown) return 'is forced down in nova';
  if (service.status === 'disabled') return 'is disabled in nova';
  if (service.state === 'down') return 'its nova-compute is down';
  if (service.zone !== context.sourceZone)
    return `is in zone ${service.zone}, the VM in ${context.sourceZone}`;
  const excluded = context.excluded.get(candidate.host);
  if (excluded !== undefined) return excluded;
  if (capacity === null) return 'placement knows no capacity of it';
  const { vcpus, memoryMib, diskGib } = server.flavor;
  if (capacity.freeVcpus < vcpus) return `has ${capacity.freeVcpus} of ${vcpus} vCPUs free`;
  if (capacity.freeMemoryMib < memoryMib)
    return `has ${capacity.freeMemoryMib} of ${memoryMib} MiB memory free`;
  // The disks of a VM that boots from a volume are not the host's.
  if (!server.bootedFromVolume && capacity.freeDiskGib < diskGib)
    return `has ${capacity.freeDiskGib} of ${diskGib} GiB disk free`;
  return apartFrom(server, candidate.host, context);
}

function apartFrom(server: Server, host: HostName, { groups, placeOf }: CandidateContext): string | null {
  for (const group of groups) {
    if (group.policy !== 'anti-affinity' || !group.members.includes(server.vm)) continue;
    const neighbour = group.members.find((member) => member !== server.vm && placeOf.get(member) === host);
    if (neighbour !== undefined) return `server group ${group.name} keeps it apart from ${neighbour} there`;
  }
  return null;
}
