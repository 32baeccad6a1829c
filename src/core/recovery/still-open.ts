/**
 * What may still come of an evacuation: a row that nova shows open, an intent in a slot, an order without an answer. As
 * long as any of them may end in a second copy, its VM gets no further order.
 */
import { leaseVolumes, majorityOf } from '../election/lease.ts';
import { volumeOf } from '../evidence/host.ts';
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import type { HostName } from '../wire/records.ts';
import type { Migration } from './cloud.ts';
import type { VmWork } from './incident.ts';

/**
 * A row whose target is itself proven dead, or has booted since, will never end; nova does not clean it up. Looked at
 * anew each time: a target that was only out of sight goes on with its build.
 */
export function isDead(core: Core, master: Mastership, work: VmWork, { id, target }: Migration): boolean {
  if (target === null) return false;
  if (isProvenDead(master, target)) {
    const { victimBoot } = master.incidents.get(target)?.record ?? {};
    if (victimBoot !== undefined) work.rowBoots.set(id, victimBoot);
    return true;
  }
  const boot = target === core.settings.host ? core.settings.boot : core.hosts.get(target)?.boot;
  if (boot === undefined || boot === null) return false;
  const bootThen = work.rowBoots.get(id);
  if (bootThen === undefined) work.rowBoots.set(id, boot);
  return bootThen !== undefined && bootThen !== boot;
}

/** A proof counts for as long as nothing of the host is seen. */
function isProvenDead(master: Mastership, host: HostName): boolean {
  const incident = master.incidents.get(host);
  if (incident === undefined || incident.record.proof === null) return false;
  return master.judgements.get(host)?.verdict !== 'returning' && incident.hold?.code !== 'life-after-failed';
}

/**
 * Intents are written to and cleared from a majority of the lease volumes. A volume that hangs for a host keeps what
 * stood there: as long as the host writes to a majority of the others, only those count.
 */
export function intentCounts(core: Core, host: HostName, uuid: string): boolean {
  const lease = leaseVolumes(core.volumes.values()).flatMap((volume) =>
    volume.uuid === null ? [] : [volume.uuid],
  );
  if (!lease.includes(uuid)) return false;
  const evidence = core.hosts.get(host);
  if (evidence === undefined) return true;
  const { timing } = core.settings;
  const fresh = lease.filter((volume) => volumeOf(evidence, volume, timing, core.now) === 'fresh');
  return fresh.length < majorityOf(lease.length) || fresh.includes(uuid);
}

export function intentIsDead(core: Core, master: Mastership, host: HostName): boolean {
  const declaredMs = master.incidents.get(host)?.declaredMs ?? core.now;
  return isProvenDead(master, host) && core.now - declaredMs > core.settings.timing.openRequestMs;
}

/**
 * Is it certain that nothing will come of an order any more? Its slave must have answered that nothing is open, or the
 * order must have expired by the master's own seat, and the slave's slot been read since without an intent for the VM.
 */
export function isOver(
  core: Core,
  master: Mastership,
  work: VmWork,
  open: NonNullable<VmWork['order']>,
): boolean {
  if (intentIsDead(core, master, open.target)) return true;
  if (open.outcome === null) return false;
  if (open.outcome !== 'lost' && (open.outcome.outcome === 'refused' || open.outcome.outcome === 'rejected'))
    return true;
  const volumes = leaseVolumes(core.volumes.values()).flatMap(({ uuid }) => (uuid === null ? [] : [uuid]));
  const expired = open.order.leaseSeen.filter((seen) => {
    const now = master.seatSeen.get(seen.volumeUuid);
    return (
      now !== undefined &&
      (now.incarnation !== seen.incarnation || now.counter > seen.counter + open.order.validRenewals)
    );
  });
  if (open.expiredMs === null && expired.length >= majorityOf(volumes.length)) open.expiredMs = core.now;
  if (open.expiredMs === null) return false;
  if (open.target === core.settings.host) {
    if (core.executor.intents.has(work.vm)) return false;
  } else if (
    !master.intents.clearSince(open.target, work.vm, open.expiredMs, volumes, majorityOf(volumes.length))
  ) {
    return false;
  }
  work.order = null;
  return true;
}
