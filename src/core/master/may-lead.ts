/** Would this host take the lease, and do for a master, whatever of it is not seen here? */
import type { HostEvidence } from '../evidence/host.ts';
import type { Core } from '../state.ts';
import { canServe } from './can-serve.ts';
import type { Mastership } from './mastership.ts';

export function mayLead(core: Core, { judgements }: Mastership, evidence: HostEvidence): boolean {
  const { host, said } = evidence;
  if (said === null || !said.eligible || !said.fit || said.leaving !== null) return false;
  return canServe(core, evidence, judgements.get(host));
}
