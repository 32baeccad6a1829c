/**
 * May this VM be evacuated, by what nova says of it? One rule a state; sources are nova's own preconditions
 * (nova/compute/api.py `evacuate`, nova/compute/manager.py `_do_rebuild_instance`).
 */
import type { RecoverySettings } from '../settings.ts';
import type { Migration, Server, ServerGroup } from './cloud.ts';

export type Protection = { readonly recover: true } | { readonly recover: false; readonly reason: string };

/** Metadata key by which an owner accepts that the local disk is rebuilt from its image. */
export const DISK_LOSS_KEY = 'vigil_disk_loss_ok';
/** Masakari's key, honoured both ways. */
export const HA_KEY = 'HA_Enabled';

const leave = (reason: string): Protection => ({ recover: false, reason });
const RECOVER: Protection = { recover: true };

export interface ProtectionContext {
  readonly recovery: RecoverySettings;
  /** Evacuation rows of this VM since the incident was declared. */
  readonly rows: readonly Migration[];
  readonly groups: readonly ServerGroup[];
}

export function protection(server: Server, context: ProtectionContext): Protection {
  return (
    excluded(server, context.recovery) ??
    byState(server, context.rows) ??
    byTask(server) ??
    byFeature(server, context.groups) ??
    byDisk(server, context.recovery) ??
    RECOVER
  );
}

export function excluded({ metadata }: Server, { protectByDefault }: RecoverySettings): Protection | null {
  const wish = metadata[HA_KEY]?.toLowerCase();
  if (wish === 'false') return leave(`excluded by its metadata ${HA_KEY}`);
  if (wish === 'true' || protectByDefault) return null;
  return leave(`not protected: VMs need the metadata ${HA_KEY}=True here`);
}

function byState({ vmState }: Server, rows: readonly Migration[]): Protection | null {
  switch (vmState) {
    case 'active':
      return null;
    case 'error':
      return rows.some(({ status }) => status === 'error' || status === 'failed')
        ? null
        : leave('it was in ERROR before the host failed');
    case 'stopped':
      return leave('it was stopped; it stays stopped where it is');
    case 'paused':
    case 'suspended':
    case 'rescued':
      return leave(`it was ${vmState}: nova does not evacuate it; start it when the host is back`);
    case 'resized':
      return leave('it waits for its resize to be confirmed: nova does not evacuate it');
    case 'building':
      return leave('it was still being built: nova does not evacuate it');
    case 'soft-delete':
    case 'deleted':
      return leave('it is deleted');
    case 'shelved':
    case 'shelved_offloaded':
      return leave('it is shelved');
    default:
      return leave(`its state ${vmState} is not known to this version of Vigil`);
  }
}

function byTask({ taskState }: Server): Protection | null {
  if (taskState === null) return null;
  if (taskState.startsWith('resize_'))
    return leave('it was being resized: nova cannot tell which disk is the good one');
  if (taskState === 'deleting' || taskState === 'soft-deleting') return leave('it was being deleted');
  return null;
}

function byFeature({ vm, flavor }: Server, groups: readonly ServerGroup[]): Protection | null {
  if ('hw:tpm_version' in flavor.extraSpecs) return leave('it has a virtual TPM: nova cannot evacuate it');
  if ('accel:device_profile' in flavor.extraSpecs)
    return leave('it has an accelerator: nova cannot evacuate it');
  const bound = groups.find((group) => group.policy === 'affinity' && group.members.includes(vm));
  if (bound !== undefined && bound.members.length > 1) {
    return leave(`server group ${bound.name} binds it to the failed host: nova would find no valid host`);
  }
  return null;
}

function byDisk(
  { bootedFromVolume, metadata }: Server,
  { sharedStorage }: RecoverySettings,
): Protection | null {
  if (bootedFromVolume || sharedStorage || metadata[DISK_LOSS_KEY]?.toLowerCase() === 'true') return null;
  return leave(
    'its disk is local to the failed host: evacuation would rebuild it from the image and lose its data',
  );
}
