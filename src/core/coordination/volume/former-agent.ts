/**
 * The agent that ran on this host before this one. Whatever it had asked of nova, it had first written to a majority of
 * the lease volumes, and a beat that lives on knows the last that it was told. Where a majority of them has told that to
 * this agent, nothing is missing among the intents it has inherited, and its slot speaks for both.
 */
import type { Core } from '../../state.ts';
import type { OwnBody } from '../../wire/observations.ts';
import type { AgentIncarnation } from '../../wire/records.ts';
import { commonTo, leaseMajority, leaseUuids } from './majority.ts';

/** What is told later, by a beat that was silent until then, may be this agent's own words, or none. */
export function noteFormerAgent(
  { settings, formerAgents }: Core,
  uuid: string,
  { body, given }: OwnBody,
): void {
  if (given && body.agent !== settings.agent && !formerAgents.has(uuid)) formerAgents.set(uuid, body.agent);
}

/** Whose intents are all among those of this agent. */
export function continued(core: Core): AgentIncarnation | null {
  // Asked with each beat, and hardly ever anything else.
  if (core.formerAgents.size === 0) return null;
  const agents = leaseUuids(core).flatMap((uuid) => core.formerAgents.get(uuid) ?? []);
  return commonTo(agents, leaseMajority(core));
}
