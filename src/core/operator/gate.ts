/**
 * The start gate: nova-compute of a host that was declared failed must not start before its evacuations are settled,
 * or it would find open records for VMs that live elsewhere (nova/compute/manager.py `_destroy_evacuated_instances`).
 * Nor that of one that has just rebooted, before a master has read which of its VMs were to run: within a minute of its
 * start it takes those that it misses for stopped by their users (`_sync_instance_power_state`).
 */
import type { Task } from '../lib/task.ts';
import type { Core } from '../state.ts';
import { awaitsJudgement } from '../evidence/own-reboot.ts';
import type { IncidentRecord } from '../wire/records.ts';
import { hasOpenIncident, readOwnIncident } from './own-incident.ts';

/** Read anew: an incident may have been opened since, by whoever lost sight of this host. */
export function* gate(core: Core): Task<{ readonly open: boolean; readonly words: string }> {
  if (!(yield* readOwnIncident(core))) {
    return {
      open: false,
      words: 'the incident of this host cannot be read on a majority of the lease volumes',
    };
  }
  const { ownIncident } = core;
  if (!hasOpenIncident(core) && awaitsJudgement(core))
    return { open: false, words: 'this host has booted unannounced; a master is about to see to its VMs' };
  if (ownIncident === null || ownIncident === 'unread')
    return { open: true, words: 'no incident of this host is open' };
  const { id, phase } = ownIncident;
  const open = phase === 'returning' || phase === 'closed' || isWaitedFor(core, ownIncident);
  return {
    open,
    words: `incident ${id} of this host is ${phase}${open ? '' : '; its evacuations are not settled'}`,
  };
}

/**
 * The verdict on this very life is about to end, and nothing was sent for it: nova does not clear the flag before
 * nova-compute has started and completed the records of evacuations that have long ended.
 */
function isWaitedFor({ settings }: Core, { phase, hold, victimBoot }: IncidentRecord): boolean {
  return phase === 'proving' && hold === 'force-up-refused' && victimBoot === settings.boot;
}
