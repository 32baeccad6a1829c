/** What nova's API refuses once it has understood a request, in nova's own order. */
import { type CloudState, type ServerRecord, serviceIsUp, shownMigrations } from './state.ts';

export interface Refusal {
  readonly status: 400 | 404 | 409;
  readonly message: string;
}

/** The nova-compute that can leave an evacuated server stopped, which the API promises from 2.95 on. */
const MIN_VER_NOVA_COMPUTE_EVACUATE_STOPPED = 62;

/**
 * `compute/api.py` evacuate. The task state is not looked at: a second evacuation is accepted while the first is under
 * way (bug 1978983).
 */
export function evacuationRefused(
  state: CloudState,
  server: ServerRecord,
  { target, stopAfterwards }: { readonly target: string | null; readonly stopAfterwards: boolean },
): Refusal | null {
  if (target !== null && !state.services.has(target))
    return { status: 404, message: `Compute host ${target} not found.` };
  if (target !== null && target === server.host)
    return { status: 400, message: "The target host can't be the same one." };
  if (stopAfterwards && state.options.computeServiceVersion < MIN_VER_NOVA_COMPUTE_EVACUATE_STOPPED)
    return { status: 400, message: 'Cannot evacuate to a stopped server: some nova-compute is too old.' };
  const blocked = blockedBy(server);
  if (blocked !== null) return blocked;
  if (!['active', 'stopped', 'error'].includes(server.vmState) || !server.launched || server.host === null) {
    const message = `Cannot 'evacuate' instance ${server.uuid} while it is in vm_state ${server.vmState}`;
    return { status: 409, message };
  }
  const source = state.services.get(server.host);
  if (source !== undefined && serviceIsUp(state, source))
    return { status: 400, message: `Compute service of ${server.host} is still in use.` };
  return null;
}

/** What the decorators of `evacuate` look at before anything else, in `compute/api.py`. */
function blockedBy({ attached, flavor }: ServerRecord): Refusal | null {
  if ('hw:tpm_version' in flavor.extraSpecs)
    return { status: 400, message: 'Action evacuate is not supported for instance with vTPM.' };
  switch (attached) {
    case 'share':
      return { status: 409, message: 'Feature not supported with instances that have shares.' };
    case 'accelerator-port':
      return { status: 400, message: 'Feature not supported with accelerator ports.' };
    case 'resource-port':
      return {
        status: 400,
        message: 'Ports with extended resource requests need a newer nova-compute everywhere.',
      };
    case null:
      return null;
  }
}

/** `compute/vm_states.py` ALLOW_HARD_REBOOT, `compute/task_states.py` ALLOW_REBOOT. */
const REBOOTED_FROM = new Set(['active', 'rescued', 'stopped', 'paused', 'suspended', 'error']);
const REBOOT_WHILE = new Set(
  `rebooting reboot_pending reboot_started resuming rebooting_hard unpausing pausing suspending`.split(' '),
);

export function hardRebootRefused({ vmState, taskState, uuid }: ServerRecord): Refusal | null {
  const refused = (where: string): Refusal => {
    return { status: 409, message: `Cannot 'reboot' instance ${uuid} while it is in ${where}` };
  };
  if (!REBOOTED_FROM.has(vmState)) return refused(`vm_state ${vmState}`);
  if (taskState !== null && !REBOOT_WHILE.has(taskState)) return refused(`task_state ${taskState}`);
  return null;
}

/** `api/openstack/compute/services.py` _update. */
export function forceUpRefused(state: CloudState, host: string): Refusal | null {
  const done = shownMigrations(state).some(
    (row) => row.type === 'evacuation' && row.source === host && row.status === 'done',
  );
  if (!done) return null;
  const message =
    `Unable to force up host '${host}' as 'done' evacuation migration records remain associated ` +
    'with the host. Ensure the compute service has been restarted, allowing these records to move to completed.';
  return { status: 400, message };
}
