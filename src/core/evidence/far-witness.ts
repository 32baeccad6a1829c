/**
 * What hosts say in their slots that they hear. Whoever misses the master probes others, and may hear one that nobody
 * on the master's side of the network does; nobody here can ask it.
 */
import type { Core } from '../state.ts';
import type { HostName, ProbeAnswer } from '../wire/records.ts';
import { advancedLately, agentSilentMs } from './host.ts';

export interface FarWitness {
  readonly by: HostName;
  readonly answer: Exclude<ProbeAnswer, 'none'>;
}

/** By who is heard. What a host said counts as long as it writes on and its agent speaks: it would have taken it back. */
export function farWitnesses({
  hosts,
  settings: { timing },
  now,
}: Core): ReadonlyMap<HostName, readonly FarWitness[]> {
  const heard = new Map<HostName, FarWitness[]>();
  for (const evidence of hosts.values()) {
    const neighbours = evidence.said?.view.neighbours ?? [];
    if (neighbours.length === 0) continue;
    const fresh = [...evidence.volumes.keys()].filter((uuid) => advancedLately(evidence, uuid, timing, now));
    if (fresh.length === 0 || agentSilentMs(evidence, fresh) >= timing.agentSilentMs) continue;
    for (const { host, answer } of neighbours) {
      if (answer === 'none') continue;
      const witness: FarWitness = { by: evidence.host, answer };
      heard.set(host, [...(heard.get(host) ?? []), witness]);
    }
  }
  return heard;
}
