/**
 * The brake: when many hosts fall silent at once, the fault is more likely in what we see them through than in all of
 * them. Counted at each declaration and each order.
 */
import type { Proof } from '../wire/records.ts';

export interface BrakeCount {
  readonly clusterHosts: number;
  /** Silent on the network and not yet judged, neither alive nor failed. */
  readonly undecided: number;
  /** Incidents declared within the last minute. */
  readonly recentIncidents: number;
  /** Hosts of the victim's failure domain, and how many of them are silent; null where no domain was told. */
  readonly domain: { readonly name: string; readonly hosts: number; readonly silent: number } | null;
}

/** Proofs that read back the host's end: with these, more hosts may go at once. */
const READ_BACK: ReadonlySet<Proof> = new Set(['power', 'storage', 'operator', 'reboot']);

export function brakeLimit(clusterHosts: number, proof: Proof | null): number {
  return proof !== null && READ_BACK.has(proof)
    ? Math.max(2, Math.floor(clusterHosts * 0.3))
    : Math.max(1, Math.floor(clusterHosts * 0.1));
}

/** Why to hold, in words, or null. */
export function brake(count: BrakeCount, proof: Proof | null): string | null {
  const limit = brakeLimit(count.clusterHosts, proof);
  const silent = count.undecided + count.recentIncidents;
  if (silent > limit) {
    return `${silent} of ${count.clusterHosts} hosts fell silent within a minute, more than the ${limit} that may be recovered at once`;
  }
  const { domain } = count;
  if (
    domain !== null &&
    domain.hosts > 1 &&
    domain.silent >= domain.hosts &&
    !(proof !== null && READ_BACK.has(proof))
  ) {
    return `all ${domain.hosts} hosts of failure domain ${domain.name} are silent: more likely their link than all of them`;
  }
  return null;
}
