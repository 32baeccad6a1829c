/**
 * The start gate: nova-compute of a host that was declared failed must not start before its evacuations are settled,
 * or it would find open records for VMs that live elsewhere (nova/compute/manager.py `_destroy_evacuated_instances`).
 */
import { leaseVolumes, majorityOf } from '../election/lease.ts';
import { all, start, type Task } from '../lib/task.ts';
import { highestRecord } from '../recovery/incident.ts';
import { request } from '../requests.ts';
import type { Core } from '../state.ts';
import type { OwnVolume } from '../volumes.ts';
import type { IncidentRecord } from '../wire/records.ts';

/** Read anew: an incident may have been opened since, by whoever lost sight of this host. */
export function* gate(core: Core): Task<{ readonly open: boolean; readonly words: string }> {
  if (!(yield* readOwnCells(core))) {
    return {
      open: false,
      words: 'the incident of this host cannot be read on a majority of the lease volumes',
    };
  }
  const { ownIncident } = core;
  if (ownIncident === null || ownIncident === 'unread')
    return { open: true, words: 'no incident of this host is open' };
  const { id, phase } = ownIncident;
  const open = phase === 'returning' || phase === 'closed';
  return {
    open,
    words: `incident ${id} of this host is ${phase}${open ? '' : '; its evacuations are not settled'}`,
  };
}

/** Read at start, and as long as an incident is open. */
export function watchOwnIncident(core: Core): void {
  const { ownIncident } = core;
  const settled = ownIncident === null || (ownIncident !== 'unread' && ownIncident.phase === 'closed');
  if (settled) return;
  start(readOwnCells(core), () => true);
}

/** False where they cannot be read on a majority: what was known before stays. */
export function* readOwnCells(core: Core): Task<boolean> {
  const volumes = leaseVolumes(core.volumes.values());
  const reads = yield* all(
    volumes.map((volume) => readCells(core, volume)),
    () => true,
  );
  const good = reads.filter((read) => read !== null);
  if (good.length < majorityOf(volumes.length)) return false;
  core.ownIncident = highestRecord(good.flat());
  return true;
}

function* readCells(core: Core, volume: OwnVolume): Task<readonly IncidentRecord[] | null> {
  if (!volume.connected || volume.slotIndex === null) return null;
  const read = yield* request(
    core,
    { do: 'read-volume', volume: volume.name, what: ['cells'] },
    core.settings.timing.beatMs,
  );
  if (read === null || !read.ok || read.cells === null) return null;
  return read.cells.flatMap((cell) =>
    cell.state === 'read' && cell.body.victim === core.settings.host ? [cell.body] : [],
  );
}
