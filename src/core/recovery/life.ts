/** Signs of life of a host with an incident, told apart by its boot id. */
import type { HostEvidence } from '../evidence/host.ts';
import type { Facts } from '../verdict/facts.ts';
import type { IncidentRecord } from '../wire/records.ts';

type LifeFacts = Pick<Facts, 'network' | 'storage' | 'formerBootLives'>;

function isFresh(facts: LifeFacts): boolean {
  return facts.network === 'fresh' || facts.storage === 'fresh';
}

/** The old copies are gone: the host has booted since, and is not another machine under the same name. */
export function isBackWithNewBoot(record: IncidentRecord, evidence: HostEvidence, facts: LifeFacts): boolean {
  if (!isFresh(facts) || facts.formerBootLives) return false;
  return evidence.boot !== null && evidence.boot !== record.victimBoot;
}

/** Its former life goes on: whatever the proof said, it was wrong. */
export function isAlive(record: IncidentRecord, evidence: HostEvidence, facts: LifeFacts): boolean {
  return isFresh(facts) && !isBackWithNewBoot(record, evidence, facts);
}
