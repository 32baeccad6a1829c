/** Signs of life of a host with an incident, told apart by its boot id. */
import type { HostEvidence } from '../evidence/host.ts';
import type { Facts } from '../verdict/facts.ts';
import { NO_BOOT, type BootId, type IncidentRecord } from '../wire/records.ts';
import type { Incident } from './incident.ts';

type LifeFacts = Pick<Facts, 'network' | 'storage' | 'formerBootLives'>;

export function isFresh(facts: Pick<LifeFacts, 'network' | 'storage'>): boolean {
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

/** Was the host back since, in whatever boot it was last seen? What proved the end of its former life proves no more. */
export function hasNewLife({ record, back }: Incident, boot: BootId | null): boolean {
  // Seen by this master, or told by its slot: a former master may have seen it come and go.
  if (back !== null && back.boot !== record.victimBoot) return true;
  if (boot !== null && record.victimBoot !== NO_BOOT && boot !== record.victimBoot) return true;
  // Both mean that it was back, whoever was master then.
  return record.proof === 'reboot' || record.phase === 'returning';
}
