/** Why an incident waits, and what would release it. The codes are stable: they stand in the incident cell. */
export interface Hold {
  readonly code: HoldCode;
  readonly words: string;
  readonly release: string;
}

const OPEN_REQUEST_PASSES =
  'the time passes in which nova may still carry out what it did not answer: 105 s, and openstack.open_request_s';

const RELEASES = {
  'incident-not-written':
    'the lease volumes accept writes again on a majority, and the slots of the host can be read there',
  'no-proof': 'an accepted proof of death, or: vigil confirm-dead HOST --by NAME',
  'planned-work':
    'it is heard again, its announcement expires, or, if it is dead: vigil confirm-dead HOST --by NAME',
  brake:
    'the hosts named are heard again, or the minute since the last failure passes; of those that are dead: vigil confirm-dead HOST --by NAME',
  'suspecting-myself': 'the master hears another host or an isolation address again',
  listening:
    'the master has listened, and asked others and nova: within some twelve beats, if all of them answer',
  'nova-unreadable': 'nova, keystone and placement answer; see vigil check',
  'not-licensed':
    'the lease volumes are readable on a majority and still show this incident, and on some volume the slots of the hosts named',
  'not-a-compute-host': 'the host has a nova-compute service, or an operator frees its slot',
  'force-down-refused': 'nova accepts forced_down for the host; see vigil check',
  'life-signs':
    'the host tells its boot id on a path, and no other one, or falls silent again, and orders that were out are answered or void',
  'life-after-failed':
    'an operator makes sure that each VM named runs once, then reboots the host, or switches it off and: vigil confirm-dead HOST --by NAME',
  'evacuations-settling':
    'they end, or can come to nothing any more; vigil vms tells of each, and what to do',
  'rows-not-completed':
    'nova-compute starts on the host and completes its evacuation records: one of each VM, so start it once more if some are left',
  'compute-not-back': 'nova-compute starts on the host and reports to nova',
  'restarts-pending': 'each VM named runs, or its owner stops or deletes it; see vigil vms',
  'force-down-open': OPEN_REQUEST_PASSES,
  'start-open': OPEN_REQUEST_PASSES,
  'force-up-refused': 'nova accepts to clear forced_down',
} as const;

export type HoldCode = keyof typeof RELEASES;

export function hold(code: HoldCode, words: string): Hold {
  return { code, words, release: RELEASES[code] };
}
