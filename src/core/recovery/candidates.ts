/** Which host may take a VM, and why the others may not. */
import type { HostName } from '../wire/records.ts';
import type { ComputeService, HostCapacity, Server, ServerGroup } from './cloud.ts';
import { TOO_MANY_HOSTS } from './ordered-hosts.ts';
import type { Places } from './places.ts';
import { HA_KEY } from './protectable.ts';

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
  /** Placed there for this incident so far, under way or done, and for others under way. */
  readonly placed: number;
}

export interface CandidateContext {
  readonly hosts: readonly CandidateHost[];
  readonly loadMax: number;
  readonly groups: readonly ServerGroup[];
  /** Where the members of groups are, and where they are on their way to. */
  readonly placesOf: Places;
  /** Hosts that failed this VM lately, the longest ago first, with the reason: tried again where no other can take it. */
  readonly failed: ReadonlyMap<HostName, string>;
  readonly sourceZone: string;
  /** Hosts that may get orders now; null: any. */
  readonly only: ReadonlySet<HostName> | null;
}

export type Choice =
  | { readonly chosen: HostName }
  | { readonly chosen: null; readonly whyNot: readonly string[]; readonly later: boolean };

/**
 * One that has not failed it, else the one that did longest ago. Whole ones first, of them as soft server groups want
 * it, then least placed, then most free memory, then by name, so that the same facts give the same choice.
 */
export function chooseCandidate(server: Server, context: CandidateContext): Choice {
  const judged = context.hosts.map((candidate) => ({ candidate, why: whyNot(server, candidate, context) }));
  const fit = judged.filter(({ why }) => why === null).map(({ candidate }) => candidate);
  const untried = fit.filter(({ host }) => !context.failed.has(host));
  const inTurn = [...context.failed.keys()].flatMap((failed) => fit.filter(({ host }) => host === failed));
  const isAsked = (host: HostName): boolean => context.only?.has(host) ?? true;
  const isFree = ({ host, load }: CandidateHost): boolean => load < context.loadMax && isAsked(host);
  const company = companyOf(server, context);
  const best =
    untried.length > 0
      ? untried.filter(isFree).sort((a, b) => byPreference(a, b, company))[0]
      : inTurn.find(isFree);
  if (best !== undefined) return { chosen: best.host };
  const words = judged.map(
    ({ candidate: { host, load }, why }) =>
      `${host}: ${why ?? context.failed.get(host) ?? (isAsked(host) ? `busy with ${load} orders` : TOO_MANY_HOSTS)}`,
  );
  if (fit.length > 0) return { chosen: null, whyNot: words, later: true };
  const advice = adviceOnZone(server, context);
  return { chosen: null, whyNot: advice === null ? words : [...words, advice], later: false };
}

/** Vigil cannot see which VMs are pinned, and one that is, sent to a host outside its zone, would end in ERROR. */
function adviceOnZone(server: Server, context: CandidateContext): string | null {
  const { sourceZone } = context;
  const others = context.hosts.filter((candidate) => {
    const zone = candidate.service?.zone ?? sourceZone;
    return zone !== sourceZone && whyNot(server, candidate, { ...context, sourceZone: zone }) === null;
  });
  if (others.length === 0) return null;
  const hosts = others.map(({ host }) => host).join(' or ');
  return `if nova has not pinned it to zone ${sourceZone} (pinned_availability_zone, shown from 2.96 on), ${hosts} may take it: set its metadata ${HA_KEY}=False, so that Vigil leaves it to you, then openstack server evacuate ${server.vm}`;
}

/** Hosts that could take it now: a VM of a group that is kept apart may take the only one of another. */
export function choicesOf(server: Server, context: CandidateContext): number {
  return context.hosts.filter((candidate) => whyNot(server, candidate, context) === null).length;
}

function byPreference(a: CandidateHost, b: CandidateHost, company: ReadonlyMap<HostName, number>): number {
  return (
    Number(a.degraded) - Number(b.degraded) ||
    (company.get(b.host) ?? 0) - (company.get(a.host) ?? 0) ||
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

/**
 * By host: members of its soft groups there, below zero where they had better be apart. nova weighs that only where it
 * chooses the host itself.
 */
function companyOf({ vm }: Server, { groups, placesOf }: CandidateContext): ReadonlyMap<HostName, number> {
  const company = new Map<HostName, number>();
  for (const { policy, members } of groups) {
    if ((policy !== 'soft-affinity' && policy !== 'soft-anti-affinity') || !members.includes(vm)) continue;
    for (const member of members)
      for (const host of (member === vm ? undefined : placesOf.get(member)) ?? [])
        company.set(host, (company.get(host) ?? 0) + (policy === 'soft-affinity' ? 1 : -1));
  }
  return company;
}

function apartFrom(server: Server, host: HostName, { groups, placesOf }: CandidateContext): string | null {
  for (const group of groups) {
    if (group.policy !== 'anti-affinity' || !group.members.includes(server.vm)) continue;
    const neighbour = group.members.find(
      (member) => member !== server.vm && placesOf.get(member)?.has(host) === true,
    );
    if (neighbour !== undefined) return `server group ${group.name} keeps it apart from ${neighbour} there`;
  }
  return null;
}
