/**
 * A master that cannot read a volume cannot tell whether a host that could write it is dead (row 14). Where others can,
 * one of them is the better master.
 */
import { giveBack } from '../election/elect.ts';
import { seesMore } from '../election/placement.ts';
import { start } from '../lib/task.ts';
import type { Core } from '../state.ts';
import type { OwnVolume } from '../volumes.ts';
import type { Mastership } from './mastership.ts';
import { mayLead } from './may-lead.ts';

/** A read that is late is not a volume that is lost; a lease that goes back and forth helps nobody. */
const PATIENCE_LEASES = 2;
const READ_BEATS = 5;
/** Who comes to hold it again within that time was needed: what a host says it writes is not all that makes a master. */
const AGAIN_MS = 600_000;

/** Gives the lease back as soon as there is somebody better placed to take it; true if it did. */
export function leaveToSeeing(core: Core, master: Mastership): boolean {
  const { timing } = core.settings;
  if (core.leftToSeeingMs !== null && core.now - core.leftToSeeingMs < AGAIN_MS) return false;
  const unread = [...core.volumes.values()].filter((volume) => !isRead(core, volume));
  const other = unread.length === 0 ? undefined : whoSees(core, master);
  if (other === undefined) {
    master.halfBlindSinceMs = null;
    return false;
  }
  master.halfBlindSinceMs ??= core.now;
  if (core.now - master.halfBlindSinceMs < PATIENCE_LEASES * timing.leaseMs) return false;
  core.leftToSeeingMs = core.now;
  const words = `this host cannot read ${unread.map(({ name }) => name).join(', ')}, and ${other} can`;
  start(giveBack(core, words, 3 * timing.leaseMs), () => true);
  return true;
}

function isRead({ settings, now }: Core, { connected, slotsReadMs }: OwnVolume): boolean {
  return connected && slotsReadMs !== null && now - slotsReadMs <= READ_BEATS * settings.timing.beatMs;
}

/** It writes all that is read here, and more. */
function whoSees(core: Core, master: Mastership): string | undefined {
  const able = [...core.hosts.values()].find(
    (evidence) =>
      mayLead(core, master, evidence) &&
      evidence.said !== null &&
      seesMore(core, evidence.said.view, (volume) => isRead(core, volume)),
  );
  return able?.host;
}
