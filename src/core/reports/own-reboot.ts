/** A master does not judge itself: where no other can, what has happened to its own host is for people. */
import type { Core } from '../state.ts';
import { begin, end } from './book.ts';
import type { Report } from './report.ts';

/** As a new master it may find somebody to give the lease to within that. */
const HANDOVER_LEASES = 2;

export function reportOwnReboot(core: Core): void {
  const { master, settings, now } = core;
  const { host, timing } = settings;
  const cause = `reboot/${host}`;
  const what = whatHappened(core);
  if (what === null) {
    end(core, cause, `what had happened to ${host} has been seen to`);
    return;
  }
  if (master?.adopted !== true || now - master.sinceMs < HANDOVER_LEASES * timing.leaseMs) return;
  begin(
    core,
    cause,
    {
      severity: 'critical',
      host,
      ...what,
    },
    // Of this agent: it has to be told also when somebody else is master and does not see to it.
    false,
  );
}

type What = Pick<Report, 'title' | 'rule' | 'evidence' | 'advice'>;

function whatHappened({ ownIncident, ownReboot, settings: { host, boot } }: Core): What | null {
  if (ownReboot.unjudged !== null)
    return {
      title: `${host} rebooted unannounced, and its VMs may be down: it is the master, and no other can judge it`,
      rule: '5: it is back with a new boot id; a master does not judge itself',
      evidence: { unjudgedBoot: ownReboot.unjudged },
      advice:
        'Start another eligible host: it takes the lease and starts the VMs that do not run. Or look at each VM of this ' +
        'host and start it by hand, then there: vigil maintenance start, and vigil maintenance end.',
    };
  if (ownIncident === null || ownIncident === 'unread' || ownIncident.phase === 'closed') return null;
  const { id, phase, victimBoot } = ownIncident;
  if (victimBoot === boot)
    return {
      title: `${host} was declared failed and lives: it is the master, and no other can end its incident`,
      rule: '4: it shows life while its incident is open; a master does not judge itself',
      evidence: { incident: id, phase },
      advice:
        phase === 'proving' || phase === 'declared'
          ? 'Nothing was done on that account. Start another eligible host: it takes the lease and ends the incident.'
          : 'VMs that were evacuated from it may run twice: see that each runs once, and start another eligible host, ' +
            'which takes the lease and names them.',
    };
  return {
    title: `${host} failed and its VMs may be down: it is the master, and no other can go on with its recovery`,
    rule: '4: it shows life while its incident is open; a master does not judge itself',
    evidence: { incident: id, phase },
    advice:
      'Start another eligible host: it takes the lease and goes on. Until then nova-compute of this host may wait at ' +
      'its start gate, and its VMs with it.',
  };
}
