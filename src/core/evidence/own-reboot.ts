/**
 * Has this host booted without a word? Others may not have noticed: there was no master, or it lost the lease before it
 * judged, or looked too late. So the host says itself, in its slots, which boot has ended, until somebody has seen to it.
 */
import { hearsMaster } from '../link/link.ts';
import type { Core } from '../state.ts';
import type { BootId, SlotBody } from '../wire/records.ts';
import type { HostEvidence } from './host.ts';
import { endsBoot } from './leaving.ts';

export interface OwnReboot {
  /** The boot that ended unannounced, and whose VMs nobody has looked after. */
  readonly unjudged: BootId | null;
  /** Of the body that told so: what a volume shows that was out of reach is older. */
  readonly sequence: number;
  /** When this agent learned of it. */
  readonly sinceMs: number;
}

export const NO_REBOOT: OwnReboot = { unjudged: null, sequence: -1, sinceMs: 0 };

/** A volume was opened, with what this host said there last. */
export function noteOwnSlot(core: Core, body: SlotBody, boot: BootId): void {
  const { settings, ownReboot } = core;
  // Its own words are no news, and a host without VMs has nothing to be looked after.
  if (settings.role !== 'compute' || body.agent === settings.agent) return;
  if (body.sequence <= ownReboot.sequence) return;
  const unannounced = body.leaving === null || !endsBoot(body.leaving) ? boot : null;
  // What was not seen to before an announced reboot is not seen to after it.
  const unjudged = boot === settings.boot ? body.unjudged : (unannounced ?? body.unjudged);
  const sinceMs = unjudged === ownReboot.unjudged ? ownReboot.sinceMs : core.now;
  core.ownReboot = { unjudged, sequence: body.sequence, sinceMs };
}

/** A lease to run out, one to be taken by whoever leaves it to others first, and time to judge. */
const JUDGED_WITHIN_LEASES = 12;
/** Where there is a master: after a power failure of the site the brake lets few hosts a minute pass. */
const JUDGED_BY_MASTER_MS = 1_200_000;

/** Is it about to be judged? Until then nova-compute would take the guests that it misses for stopped by their users. */
export function awaitsJudgement(core: Core): boolean {
  const { ownReboot, settings, now } = core;
  if (ownReboot.unjudged === null) return false;
  // A master does not judge itself.
  const hasJudge = core.master === null && hearsMaster(core);
  const withinMs = hasJudge ? JUDGED_BY_MASTER_MS : JUDGED_WITHIN_LEASES * settings.timing.leaseMs;
  return now - ownReboot.sinceMs < withinMs;
}

/** Each beat. */
export function watchOwnReboot(core: Core): void {
  const { unjudged } = core.ownReboot;
  if (unjudged !== null && (isSeenTo(core, unjudged) || isPlanned(core)))
    core.ownReboot = { ...core.ownReboot, unjudged: null };
}

/**
 * One that ended without proof was no incident. Without proof it may also stand on fewer volumes than a successor reads. One of
 * an earlier boot has this one's return in it, but may be about to end by what the host was before: its end says so.
 */
function isSeenTo({ ownIncident }: Core, unjudged: BootId): boolean {
  if (ownIncident === null || ownIncident === 'unread' || ownIncident.proof === null) return false;
  return ownIncident.victimBoot === unjudged;
}

/** By a word that stands: one that is taken back has planned nothing. */
function isPlanned({ maintenance: { declared }, maintenanceUnwritten }: Core): boolean {
  return declared !== null && !declared.recover && !maintenanceUnwritten;
}

/** What a host says of itself, as long as it lives in the boot in which it says so. */
export function toldReboot({ said, boot }: HostEvidence): BootId | null {
  return said !== null && said.boot === boot && said.unjudged !== boot ? said.unjudged : null;
}
