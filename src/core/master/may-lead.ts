/** Would this host take the lease, and do for a master, whatever of it is not seen here? */
import type { HostEvidence } from '../evidence/host.ts';
import type { Core } from '../state.ts';
import type { Mastership } from './mastership.ts';

export function mayLead(core: Core, { judgements }: Mastership, { host, said }: HostEvidence): boolean {
  const judgement = judgements.get(host);
  if (judgement === undefined || said === null) return false;
  if (!said.eligible || !said.fit || said.leaving !== null) return false;
  const { verdict, facts } = judgement;
  if (verdict !== 'online' && verdict !== 'degraded') return false;
  return (
    facts.hearsMaster &&
    !facts.namesakes &&
    !facts.formerBootLives &&
    core.coordination.intents.couldWrite(core, said.view.volumes)
  );
}
