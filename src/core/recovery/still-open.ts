/**
 * What may still come of an evacuation: a row that nova shows open, an intent in a slot, an order without an answer. As
 * long as any of them may end in a second copy, its VM gets no further order.
 *
 * Orders and intents are looked at first, nova's records then: what is carried out in between is in one of the two.
 */
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import type { HostName } from '../wire/records.ts';
import type { Migration } from './cloud.ts';
import type { Incident, OpenOrder } from './incident.ts';
import { hasEnded, isSpent, untold } from './ordered-hosts.ts';
import { isProvenDead } from './proven-dead.ts';
import { isUnclaimedEvacuation } from './rows.ts';
import { hasBootedSince } from './under-way.ts';

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
  const bootThen = boots.get(id);
  return bootThen !== undefined && hasBootedSince(core, target, bootThen);
}

/**
 * Whose request for a VM may still be carried out: by an order that is not over, by what its slave has written, or by an
 * order of a former master of which its slave may not have been read to tell.
 */
export interface OpenRequest {
  readonly by: 'order' | 'intent' | 'former-order';
  readonly target: HostName;
}

/** By VM; what was so at one moment. Of a VM that is not in it, all that was ever sent is in records read from then on. */
export type StillOpen = ReadonlyMap<string, OpenRequest>;
/** In place of a VM: a former master's orders are not known one by one. */
const ANY_VM = '';

export const openFor = (open: StillOpen, vm: string): OpenRequest | undefined =>
  open.get(vm) ?? open.get(ANY_VM);

export function stillOpen(core: Core, master: Mastership, incident: Incident): StillOpen {
  const open = new Map<string, OpenRequest>();
  for (const vm of core.executor.intents.keys()) open.set(vm, { by: 'intent', target: core.settings.host });
  for (const { host, intent } of core.coordination.intents.open(core))
    if (!isSpent(core, master, host)) open.set(intent.vm, { by: 'intent', target: host });
  for (const work of incident.vms.values())
    if (work.order !== null && !isOver(core, master, work.vm, work.order))
      open.set(work.vm, { by: 'order', target: work.order.to.host });
  const former = untold(core, master, incident);
  if (former !== null) open.set(ANY_VM, { by: 'former-order', target: former });
  return open;
}

/** May a slave still begin with an order of this master? One that was answered is begun, or never will be. */
export function anyOrderOut(core: Core, { vms }: Incident): boolean {
  return [...vms.values()].some(
    ({ order }) =>
      order !== null &&
      (order.outcome === null || order.outcome === 'lost') &&
      !core.coordination.lease.isPast(core, order.order.leaseSeen, order.order.validRenewals),
  );
}

/**
 * Is it certain that nothing will come of an order any more? Its slave must have answered that nothing is open, or the
 * order must have expired by the master's own seat, and the slave's slot been read since without an intent for the VM.
 */
function isOver(core: Core, master: Mastership, vm: string, open: OpenOrder): boolean {
  const { to } = open;
  if (isSpent(core, master, to.host)) return true;
  if (open.outcome === null) return false;
  if (open.outcome !== 'lost' && (open.outcome.outcome === 'refused' || open.outcome.outcome === 'rejected'))
    return true;
  const { lease, intents } = core.coordination;
  const { leaseSeen, validRenewals } = open.order;
  if (open.expiredMs === null && lease.isPast(core, leaseSeen, validRenewals)) open.expiredMs = core.now;
  if (open.expiredMs === null) return false;
  if (to.host === core.settings.host) return !core.executor.intents.has(vm);
  return hasEnded(core, to) || intents.isClear(core, to, vm, open.expiredMs);
}
