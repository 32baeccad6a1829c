/** Intents in the slots of their hosts, written to and cleared from a majority of the lease volumes. */
import { volumeOf } from '../../evidence/host.ts';
import { enough, start, type Task } from '../../lib/task.ts';
import { publishNow } from '../../publish.ts';
import type { Core } from '../../state.ts';
import type { AgentIncarnation, HostName, OrderedHost, View } from '../../wire/records.ts';
import type { OpenIntent } from '../port.ts';
import { type Speaker, speaksFor } from './intent-book.ts';
import { commonTo, leaseMajority, leaseUuids, majorityOf } from './majority.ts';

/** The own slot was read on a majority: each connection begins with what stands in it. */
export function isKnown(core: Core): boolean {
  const known = core.leaseVolumes.filter(({ connected, slotIndex }) => connected && slotIndex !== null);
  return known.length >= leaseMajority(core);
}

export function couldWrite(core: Core, volumes: View['volumes']): boolean {
  const leases = core.leaseVolumes;
  const writable = volumes.filter(
    ({ uuid, writable }) => writable && leases.some((volume) => volume.uuid === uuid),
  );
  return writable.length >= leaseMajority(core);
}

export function* writeIntents(core: Core): Task<boolean> {
  const writes = publishNow(core);
  for (const { volume, written } of writes) if (!volume.lease) start(written, () => true);
  return yield* enough(
    writes.flatMap(({ volume, written }) => (volume.lease ? [written] : [])),
    leaseMajority(core),
    () => true,
  );
}

export function open(core: Core): readonly OpenIntent[] {
  return core.master?.intents.open((host, uuid) => counts(core, host, uuid)) ?? [];
}

/**
 * A volume that hangs for a host keeps what stood there: as long as the host writes to a majority of the others, only
 * those count.
 */
function counts(core: Core, host: HostName, uuid: string): boolean {
  const lease = leaseUuids(core);
  if (!lease.includes(uuid)) return false;
  const evidence = core.hosts.get(host);
  if (evidence === undefined) return true;
  const { timing } = core.settings;
  const fresh = lease.filter((volume) => volumeOf(evidence, volume, timing, core.now) === 'fresh');
  return fresh.length < majorityOf(lease.length) || fresh.includes(uuid);
}

export function isClear(core: Core, ordered: OrderedHost, vm: string, sinceMs: number): boolean {
  const lease = leaseUuids(core);
  return core.master?.intents.clearSince(ordered, vm, sinceMs, lease, majorityOf(lease.length)) ?? false;
}

/** By what was read lately: a volume may have been lost since. */
function living(core: Core, host: HostName): readonly Speaker[] {
  const sinceMs = core.now - 2 * core.settings.timing.volumeLostMs;
  return core.master?.intents.living(host, sinceMs, leaseUuids(core)) ?? [];
}

export function livingAgent(core: Core, host: HostName): AgentIncarnation | null {
  const agents = living(core, host).map(({ agent }) => agent);
  return commonTo(agents, leaseMajority(core));
}

export function tells(core: Core, { host, agent }: OrderedHost): boolean {
  const telling = living(core, host).filter((speaker) => speaksFor(speaker, agent));
  return telling.length >= leaseMajority(core);
}

export const removedSinceMs = ({ master }: Core, host: HostName): number | null =>
  master?.intents.removedSinceMs(host) ?? null;
