/**
 * The brake: when many hosts fall silent at once, the fault is more likely in what we see them through than in all of
 * them. Counted at each declaration and each order.
 */
import type { HostName, Proof } from '../wire/records.ts';

export interface BrakeCount {
  readonly clusterHosts: number;
  /** Further hosts, besides the victim, that are silent on the network and not yet judged, neither alive nor failed. */
  readonly undecided: readonly HostName[];
  /** Those of them that have been silent for less than a minute. */
  readonly undecidedLately: readonly HostName[];
  /** Further hosts declared failed within the last minute. */
  readonly recentIncidents: readonly HostName[];
  /** Hosts of the victim's failure domain, and how many of them are silent; null where no domain was told. */
  readonly domain: { readonly name: string; readonly hosts: number; readonly silent: number } | null;
}

/** Hosts named in the words. */
const NAMED_MAX = 6;

/** Proofs that read back the host's end: with these, more hosts may go at once. */
const READ_BACK: ReadonlySet<Proof> = new Set(['power', 'storage', 'operator', 'reboot']);

export function brakeLimit(clusterHosts: number, proof: Proof | null): number {
  return proof !== null && READ_BACK.has(proof)
    ? Math.max(2, Math.floor(clusterHosts * 0.3))
    : Math.max(1, Math.floor(clusterHosts * 0.1));
}

/**
 * Why to hold, in words, or null. What bets on silence waits for as long as others are silent, too. Where the end is
 * read back, or somebody vouches for it, silence of long ago is no reason: or many dead hosts could never be recovered.
 */
export function brake(count: BrakeCount, proof: Proof | null): string | null {
  const readBack = proof !== null && READ_BACK.has(proof);
  const limit = brakeLimit(count.clusterHosts, proof);
  const undecided = readBack ? count.undecidedLately : count.undecided;
  const others = [...new Set([...undecided, ...count.recentIncidents])];
  if (1 + others.length > limit) {
    return `more than ${limit} of ${count.clusterHosts} hosts at once: besides it ${listed(others)} are silent and not judged, or failed within the last minute`;
  }
  const { domain } = count;
  if (domain !== null && domain.hosts > 1 && domain.silent >= domain.hosts && !readBack) {
    return `all ${domain.hosts} hosts of failure domain ${domain.name} are silent: more likely their link than all of them`;
  }
  return null;
}

function listed(hosts: readonly HostName[]): string {
  const more = hosts.length - NAMED_MAX;
  return more > 0 ? `${hosts.slice(0, NAMED_MAX).join(', ')} and ${more} more` : hosts.join(', ');
}
