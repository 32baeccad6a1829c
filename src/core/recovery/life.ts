/** Signs of life of a host with an incident, told apart by its boot id. */
import type { HostEvidence } from '../evidence/host.ts';
import type { Facts } from '../verdict/facts.ts';
import type { IncidentRecord } from '../wire/records.ts';

type PathFacts = Pick<Facts, 'network' | 'storage'>;

function isFresh(facts: PathFacts): boolean {
  return facts.network === 'fresh' || facts.storage === 'fresh';
}

/** The old copies are gone: the host has booted since. */
export function isBackWithNewBoot(record: IncidentRecord, evidence: HostEvidence, facts: PathFacts): boolean {
  return isFresh(facts) && evidence.boot !== null && evidence.boot !== record.victimBoot;
}

/** Its former life goes on: whatever the proof said, it was wrong. */
export function isAlive(record: IncidentRecord, evidence: HostEvidence, facts: PathFacts): boolean {
  return isFresh(facts) && !isBackWithNewBoot(record, evidence, facts);
}
