/** Everything that can stand in a place of an event, by the word in capitals that docs/scenarios.md has there. */
import { type HoldCode } from '../../src/core/recovery/holds.ts';
import type { RefusalCode } from '../../src/core/recovery/orders.ts';
import type { VmWork } from '../../src/core/recovery/incident.ts';
import { VERDICTS } from '../../src/core/verdict/verdict.ts';
import type { Names } from './names.ts';

export interface Known {
  readonly HOST: readonly string[];
  readonly VM: readonly string[];
  readonly VERDICT: readonly string[];
  /** The verdict at the end, if there was one. */
  readonly LAST: readonly string[];
  readonly CAUSE: readonly string[];
  /** The cause that comes with the code of a hold. */
  readonly HELD: readonly string[];
  readonly CODE: readonly string[];
  readonly STATE: readonly string[];
  /** Why a host does not carry out an order. */
  readonly REFUSAL: readonly string[];
}

export const KIND_NAMES: Readonly<Record<keyof Known, string>> = {
  HOST: 'host',
  VM: 'VM',
  VERDICT: 'verdict',
  LAST: 'verdict',
  CAUSE: 'cause of a report',
  HELD: 'report that names a hold',
  CODE: 'code of a hold',
  STATE: 'state of a VM',
  REFUSAL: 'reason to refuse an order',
};

const CODES: Readonly<Record<HoldCode, true>> = {
  'no-proof': true,
  'planned-work': true,
  brake: true,
  'suspecting-myself': true,
  'incident-not-written': true,
  'nova-unreadable': true,
  'not-licensed': true,
  'not-a-compute-host': true,
  'force-down-refused': true,
  'life-signs': true,
  listening: true,
  'life-after-failed': true,
  'evacuations-settling': true,
  'rows-not-completed': true,
  'compute-not-back': true,
  'restarts-pending': true,
  'force-down-open': true,
  'start-open': true,
  'force-up-refused': true,
};

const REFUSALS: Readonly<Record<RefusalCode, true>> = {
  'old-term': true,
  'not-online': true,
  busy: true,
  expired: true,
  'intent-not-written': true,
  'lease-unreadable': true,
  'incident-unreadable': true,
  'incident-not-open': true,
  'victim-alive': true,
  'victim-unreadable': true,
  'evacuation-open': true,
  'live-migration-open': true,
  'vm-not-on-victim': true,
  'nova-unreadable': true,
  stopping: true,
};

const STATES: Readonly<Record<VmWork['state'], true>> = {
  waiting: true,
  ordered: true,
  evacuating: true,
  restarting: true,
  recovered: true,
  'not-recovered': true,
  held: true,
};

/** Verdicts that have a report of their own. */
const REPORTED = VERDICTS.filter((verdict) => !['online', 'partitioned'].includes(verdict));

export function knownOf({ hosts, vms, volumes }: Names): Known {
  // As a verdict it is not told of, for it is in between; that it stays so has a report.
  const verdicts = VERDICTS.filter((verdict) => verdict !== 'suspect');
  const held = hosts.map((host) => `incident/${host}/held`);
  return {
    HOST: hosts,
    VM: [...vms],
    VERDICT: verdicts,
    LAST: [...verdicts, 'none'],
    CAUSE: [
      ...hosts.flatMap((host) => [...REPORTED, 'maintenance-silent'].map((what) => `host/${host}/${what}`)),
      ...hosts.flatMap((host) => [`incident/${host}`, `incident/${host}/waiting`]),
      ...held,
      'partition',
      ...['suspecting-myself', 'reboot', 'name', 'term'].flatMap((what) =>
        hosts.map((host) => `${what}/${host}`),
      ),
      ...hosts.flatMap((host) => volumes.map((volume) => `volume/${host}/${volume}`)),
      ...volumes.map((volume) => `damaged-slots/${volume}`),
    ],
    HELD: held,
    CODE: Object.keys(CODES),
    STATE: Object.keys(STATES),
    REFUSAL: Object.keys(REFUSALS),
  };
}
