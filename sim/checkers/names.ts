/** The properties that are watched, and where each comes from. `allow` in a scenario takes these names. */
export const CHECKERS = [
  /** INV-1 and L1: at every instant each VM runs on at most one host. */
  'runs-twice',
  /** INV-2: no VM is evacuated whose guest runs on a host that can be heard. */
  'source-alive',
  /** INV-3: of a VM's evacuations at most one can still come to something. */
  'two-evacuations',
  /** INV-4 and L2: nothing on a living host is stopped, rebooted or taken out of service. */
  'living-host',
  /** INV-5: who could not read does not act. */
  'acts-unread',
  /** INV-5 and INV-6: who acts has read right before that the lease and the incident allow it, for the term of its master. */
  'acts-unlicensed',
  /** INV-6: two agents never act as master at the same time. */
  'two-masters',
  /** INV-6: nor does one act on a lease that it has not renewed in time. */
  'outlives-lease',
  /** INV-7: a protected VM is shown until it runs again. */
  'forgotten-vm',
  /** INV-8: a cause is reported once when it begins and once when it ends. */
  'report-once',
  /** INV-8: a host that is dead or out of reach is reported. */
  'never-told',
  /** INV-9: maintenance and open incidents outlive masters, agents and the power of the whole site. */
  'state-lost',
  /** INV-10: nova-compute of a returned host does not start while a VM of it is still being evacuated. */
  'started-early',
  /** Liveness: once everything is repaired, incidents end and what should run runs. */
  'comes-to-rest',
  /** Every hold and every report says why, in words, and what would end it. */
  'says-why',
] as const;

export type CheckerName = (typeof CHECKERS)[number];
