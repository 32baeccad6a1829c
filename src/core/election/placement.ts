/** Who of two sees more: a host that cannot read a volume cannot tell that one which lists it there is dead. */
import { advancedLately, type HostEvidence } from '../evidence/host.ts';
import type { Core } from '../state.ts';
import { isReadable, type OwnVolume } from '../volumes.ts';
import type { View } from '../wire/records.ts';

/** It writes all volumes that are read here, and another one. */
export function seesMore(core: Core, { volumes }: View, isRead: (volume: OwnVolume) => boolean): boolean {
  const own = [...core.volumes.values()];
  const theirs = (volume: OwnVolume): boolean =>
    volumes.some(
      ({ uuid, name, writable }) =>
        // One that was never opened here is known by its name alone.
        writable && (volume.uuid === null ? name === volume.name : uuid === volume.uuid),
    );
  return (
    own.every((volume) => theirs(volume) || !isRead(volume)) &&
    own.some((volume) => theirs(volume) && !isRead(volume))
  );
}

/** For so long a host that sees less has not seen whether anybody sees more. */
const LOOKING_BEATS = 3;

/** For how long a candidate that cannot read a volume leaves the lease to those that can. */
export function deferenceToSeeing(core: Core): number {
  const { beatMs, leaseMs } = core.settings.timing;
  const isRead = (volume: OwnVolume): boolean => isReadable(volume, beatMs, core.now);
  if ([...core.volumes.values()].every(isRead)) return 0;
  const alive = [...core.hosts.values()].filter((evidence) => writesNow(core, evidence));
  if (alive.length === 0) return LOOKING_BEATS * beatMs;
  const isOutseen = alive.some(
    ({ said }) => said !== null && said.eligible && said.fit && seesMore(core, said.view, isRead),
  );
  return isOutseen ? 2 * leaseMs : 0;
}

function writesNow(core: Core, evidence: HostEvidence): boolean {
  return [...evidence.volumes.keys()].some((uuid) =>
    advancedLately(evidence, uuid, core.settings.timing, core.now),
  );
}
