/**
 * What may still come of an evacuation: a row that nova shows open, an intent in a slot, an order without an answer. As
 * long as any of them may end in a second copy, its VM gets no further order.
 *
 * Orders and intents are looked at first, nova's records then: what is carried out in between is in one of the two.
 */
import { factsOf } from '../master/judge.ts';
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import type { HostName } from '../wire/records.ts';
import type { Migration } from './cloud.ts';
import type { Incident, OpenOrder } from './incident.ts';
import { hasNewLife } from './life.ts';
import { isUnclaimedEvacuation } from './rows.ts';
import { bootOf } from './under-way.ts';

/**
 * A row whose target has claimed it, and is itself proven dead or has booted since, will never end; nova does not clean
 * it up. Looked at anew each time: a target that was only out of sight goes on with its build.
 */
export function isDead(
  core: Core,
  master: Mastership,
  { underWay: { boots } }: Incident,
  row: Migration,
): boolean {
  const { id, target } = row;
  if (target === null || isUnclaimedEvacuation(row)) return false;
  if (isProvenDead(core, master, target)) {
    // It may be back, and its incident closed, before this is looked at again.
    const { victimBoot } = master.incidents.get(target)?.record ?? {};
    if (victimBoot !== undefined) boots.set(id, victimBoot);
    return true;
  }
  const boot = bootOf(core, target);
  const bootThen = boots.get(id);
  return boot !== null && bootThen !== undefined && bootThen !== boot;
}

/** A proof counts for the life that it was found for, and as long as nothing of the host is seen and nobody hears it. */
export function isProvenDead(core: Core, master: Mastership, host: HostName): boolean {
  const incident = master.incidents.get(host);
  if (incident === undefined || incident.record.proof === null) return false;
  const { hold } = incident;
  if (incident.record.hold === 'life-after-failed' || hold?.code === 'life-after-failed') return false;
  const evidence = core.hosts.get(host);
  if (hasNewLife(incident, evidence?.boot ?? null)) return false;
  if (evidence === undefined) return hold?.code !== 'life-signs';
  const { network, storage, witness } = factsOf(core, evidence);
  return network !== 'fresh' && storage !== 'fresh' && witness === 'none-alive';
}

/** Whose request for a VM may still be carried out: by an order that is not over, or by what its slave has written. */
export interface OpenRequest {
  readonly by: 'order' | 'intent';
  readonly target: HostName;
}

/** By VM; what was so at one moment. Of a VM that is not in it, all that was ever sent is in records read from then on. */
export type StillOpen = ReadonlyMap<string, OpenRequest>;

export function stillOpen(core: Core, master: Mastership, incident: Incident): StillOpen {
  const open = new Map<string, OpenRequest>();
  for (const vm of core.executor.intents.keys()) open.set(vm, { by: 'intent', target: core.settings.host });
  for (const { host, intent } of core.coordination.intents.open(core))
    if (!intentIsDead(core, master, host)) open.set(intent.vm, { by: 'intent', target: host });
  for (const work of incident.vms.values())
    if (work.order !== null && !isOver(core, master, work.vm, work.order))
      open.set(work.vm, { by: 'order', target: work.order.target });
  return open;
}

function intentIsDead(core: Core, master: Mastership, host: HostName): boolean {
  const declaredMs = master.incidents.get(host)?.declaredMs ?? core.now;
  return isProvenDead(core, master, host) && core.now - declaredMs > core.settings.timing.openRequestMs;
}

/**
 * Is it certain that nothing will come of an order any more? Its slave must have answered that nothing is open, or the
 * order must have expired by the master's own seat, and the slave's slot been read since without an intent for the VM.
 */
function isOver(core: Core, master: Mastership, vm: string, open: OpenOrder): boolean {
  if (intentIsDead(core, master, open.target)) return true;
  if (open.outcome === null) return false;
  if (open.outcome !== 'lost' && (open.outcome.outcome === 'refused' || open.outcome.outcome === 'rejected'))
    return true;
  const { lease, intents } = core.coordination;
  const { leaseSeen, validRenewals } = open.order;
  if (open.expiredMs === null && lease.isPast(core, leaseSeen, validRenewals)) open.expiredMs = core.now;
  if (open.expiredMs === null) return false;
  if (open.target === core.settings.host) return !core.executor.intents.has(vm);
  return intents.isClear(core, open.target, vm, open.expiredMs);
}
