/** Is a host dead for certain, so that nothing further comes from it? */
import { factsOf } from '../verdict/facts-now.ts';
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import type { HostName } from '../wire/records.ts';
import { hasNewLife } from './life.ts';
import { hasLooked } from './looked.ts';

/** A proof counts for the life that it was found for, and as long as nothing of the host is seen and nobody hears it. */
export function isProvenDead(core: Core, master: Mastership, host: HostName): boolean {
  const incident = master.incidents.get(host);
  if (incident === undefined || incident.record.proof === null) return false;
  const { hold } = incident;
  if (incident.record.hold === 'life-after-failed' || hold?.code === 'life-after-failed') return false;
  const evidence = core.hosts.get(host);
  if (hasNewLife(incident, evidence?.boot ?? null)) return false;
  if (evidence === undefined) return hold?.code !== 'life-signs';
  if (incident.isProofOver || !hasLooked(core, evidence)) return false;
  const { network, storage, witness } = factsOf(core, evidence);
  return network !== 'fresh' && storage !== 'fresh' && witness === 'none-alive';
}
