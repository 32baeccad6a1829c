/**
 * Can this host do what is asked of it, though it is not whole? It hears the master, is one machine of one boot, and can
 * write down what it is about to do.
 */
import type { HostEvidence } from '../evidence/host.ts';
import type { Core } from '../state.ts';
import type { Judgement } from './mastership.ts';

export function canServe(core: Core, { said }: HostEvidence, judgement: Judgement | undefined): boolean {
  if (said === null || judgement === undefined) return false;
  const { verdict, facts } = judgement;
  if (verdict !== 'online' && verdict !== 'degraded') return false;
  return (
    facts.hearsMaster &&
    !facts.namesakes &&
    !facts.formerBootLives &&
    core.coordination.intents.couldWrite(core, said.view.volumes)
  );
}
