/**
 * Signs of life of a failed host, noted with each beat: a round of its incident may wait for nova for longer than one lasts,
 * and a master that suspects itself judges nobody, but may be told of them all the same.
 */
import type { HostEvidence } from '../evidence/host.ts';
import { isBackWithNewBoot, isFresh } from '../recovery/life.ts';
import type { Core } from '../state.ts';
import type { Facts } from '../verdict/facts.ts';
import { factsOf } from '../verdict/facts-now.ts';
import type { IncidentRecord } from '../wire/records.ts';
import type { Mastership } from './mastership.ts';

/** A proof, and a person's word, is of the silence in which it was found: any sign of the same life ends it. */
export function noteLifeSigns(
  { now }: Core,
  { incidents }: Mastership,
  evidence: HostEvidence,
  facts: Facts,
): void {
  const isHeard = facts.witness !== 'none-alive';
  if (isHeard) evidence.witnessMs = now;
  const incident = incidents.get(evidence.host);
  if (incident === undefined || (!isHeard && !isFresh(facts))) return;
  incident.lifeSigns += 1;
  // A word is for the silence of which it was said, of whatever boot.
  incident.confirmedAgainBy = null;
  if (isBackWithNewBoot(incident.record, evidence, facts)) return;
  if (isOfSilence(incident.record)) incident.isProofOver = true;
}

const isOfSilence = ({ proof, confirmedBy }: IncidentRecord): boolean =>
  proof === 'silence' || proof === 'operator' || confirmedBy !== null;

/** What a master saw in its last beats it may not have written down any more. */
const UNWRITTEN_BEATS = 2;

/** Of an incident that is taken over: has this agent seen its host live since a former master could write that down? */
export function isOverSince(core: Core, { formerUntilMs }: Mastership, record: IncidentRecord): boolean {
  const { boot = null, bootLifeMs = null } = core.hosts.get(record.victim) ?? {};
  if (!isOfSilence(record) || boot !== record.victimBoot || bootLifeMs === null) return false;
  return bootLifeMs >= formerUntilMs - UNWRITTEN_BEATS * core.settings.timing.beatMs;
}

/** Of all who have an incident, where nobody is judged. */
export function noteAllLifeSigns(core: Core, master: Mastership): void {
  for (const host of master.incidents.keys()) {
    const evidence = core.hosts.get(host);
    if (evidence !== undefined) noteLifeSigns(core, master, evidence, factsOf(core, evidence));
  }
}
