/** The facts of a host as they are at this moment, from everything that this agent has seen and was told. */
import type { HostEvidence } from '../evidence/host.ts';
import { farWitnesses } from '../evidence/far-witness.ts';
import type { Core } from '../state.ts';
import { gatherFacts, type Facts, type FactsContext } from './facts.ts';

export function factsOf(core: Core, evidence: HostEvidence): Facts {
  return gatherFacts(evidence, factsContext(core));
}

/** The same for all hosts. */
export function factsContext(core: Core): FactsContext {
  const { now, settings, volumes, nova } = core;
  const names = new Map<string | null, string>();
  for (const { uuid, name } of volumes.values()) if (!names.has(uuid)) names.set(uuid, name);
  return {
    now,
    timing: settings.timing,
    nova,
    farWitnesses: farWitnesses(core),
    volumeName: (uuid) => names.get(uuid) ?? uuid,
  };
}
