/**
 * A master that cannot read a volume cannot tell whether a host that could write it is dead (row 14). Where others can,
 * one of them is the better master.
 */
import { giveBack } from '../election/elect.ts';
import { start } from '../lib/task.ts';
import type { Core } from '../state.ts';
import type { OwnVolume } from '../volumes.ts';
import type { Mastership } from './mastership.ts';

/** A read that is late is not a volume that is lost; a lease that goes back and forth helps nobody. */
const PATIENCE_LEASES = 2;
const READ_BEATS = 5;

/** Gives the lease back as soon as there is somebody better placed to take it; true if it did. */
export function leaveToSeeing(core: Core, master: Mastership): boolean {
  const { timing } = core.settings;
  const unread = [...core.volumes.values()].filter((volume) => !isRead(core, volume));
  const other = unread.length === 0 ? undefined : whoSees(core, master);
  if (other === undefined) {
    master.halfBlindSinceMs = null;
    return false;
  }
  master.halfBlindSinceMs ??= core.now;
  if (core.now - master.halfBlindSinceMs < PATIENCE_LEASES * timing.leaseMs) return false;
  const words = `this host cannot read ${unread.map(({ name }) => name).join(', ')}, and ${other} can`;
  start(giveBack(core, words, 3 * timing.leaseMs), () => true);
  return true;
}

function isRead({ settings, now }: Core, { connected, slotsReadMs }: OwnVolume): boolean {
  return connected && slotsReadMs !== null && now - slotsReadMs <= READ_BEATS * settings.timing.beatMs;
}

/** An eligible host that is well but for what is not seen of it here, and uses all volumes that this one knows of. */
function whoSees(core: Core, { judgements }: Mastership): string | undefined {
  const able = [...core.hosts.values()].find(({ host, said }) => {
    const facts = judgements.get(host)?.facts;
    if (said === null || facts === undefined || !said.eligible || !said.fit) return false;
    if (facts.network !== 'fresh' || !facts.hearsMaster || facts.namesakes) return false;
    return [...core.volumes.values()].every((volume) =>
      said.view.volumes.some(
        ({ uuid, name, writable }) =>
          writable && (volume.uuid === null ? name === volume.name : uuid === volume.uuid),
      ),
    );
  });
  return able?.host;
}
