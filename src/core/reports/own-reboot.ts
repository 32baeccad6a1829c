/** A master does not judge itself: where no other can, its own reboot is for people. */
import type { Core } from '../state.ts';
import { begin, end } from './book.ts';

/** As a new master it may find somebody to give the lease to within that. */
const HANDOVER_LEASES = 2;

export function reportOwnReboot(core: Core): void {
  const { master, ownReboot, settings, now } = core;
  const { host, timing } = settings;
  const cause = `reboot/${host}`;
  if (ownReboot.unjudged === null) {
    end(core, cause, `the reboot of ${host} has been seen to`);
    return;
  }
  if (master?.adopted !== true || now - master.sinceMs < HANDOVER_LEASES * timing.leaseMs) return;
  begin(
    core,
    cause,
    {
      severity: 'critical',
      host,
      title: `${host} rebooted unannounced, and its VMs may be down: it is the master, and no other can judge it`,
      rule: '5: it is back with a new boot id; a master does not judge itself',
      evidence: { unjudgedBoot: ownReboot.unjudged },
      advice:
        'Start another eligible host: it takes the lease and starts the VMs that do not run. Or look at each VM of this ' +
        'host and start it by hand, then there: vigil maintenance start, and vigil maintenance end.',
    },
    // Of this agent: it has to be told also when somebody else is master and does not see to it.
    false,
  );
}
