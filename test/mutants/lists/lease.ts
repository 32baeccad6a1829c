/** Who may act: the lease, its terms, and whoever held it before. */
import type { Mutant } from '../mutant.ts';

const ELECT = 'src/core/election/elect.ts';
const CLAIM = 'src/core/coordination/volume/claim.ts';
const LEASE_SEATS = 'src/core/coordination/volume/lease-seats.ts';
const SEATS = 'src/core/coordination/volume/seats.ts';

export const LEASE: readonly Mutant[] = [
  {
    name: 'lease-counted-from-end-of-write',
    why: 'a renewal counts from when its write was answered, however long that took',
    file: LEASE_SEATS,
    find: '? { store: volume.name, begunMs, rival: null }',
    replace: '? { store: volume.name, begunMs: core.now, rival: null }',
  },
  {
    name: 'lease-without-margin',
    why: 'a holder acts until the very end of its lease',
    file: LEASE_SEATS,
    find: 'renewed + settings.timing.holdMs - now',
    replace: 'renewed + settings.timing.leaseMs - now',
  },
  {
    name: 'lease-on-one-volume-of-three',
    why: 'a renewal on any one lease volume keeps the lease',
    file: LEASE_SEATS,
    find: 'renewedOnMajorityMs(lease.renewedMs, leaseVolumes.length)',
    replace: 'renewedOnMajorityMs(lease.renewedMs, 1)',
  },
  {
    name: 'claim-not-settled',
    why: 'a claim is read back at once, before that of another can have landed',
    file: CLAIM,
    find: '  yield* sleep(core, timing.settleMs * ratio);\n',
    replace: '',
  },
  {
    name: 'claim-ignores-equal-terms',
    why: 'of two claims with one term both win',
    file: SEATS,
    find: 'seat.body.host !== host && seat.body.term >= term',
    replace: 'seat.body.host !== host && seat.body.term > term',
  },
  {
    name: 'claim-over-a-holder-that-renews',
    why: 'a claim goes on although somebody renewed the lease since it looked',
    file: CLAIM,
    find: 'return othersMoved(core, seen) ? null : seen;',
    replace: 'return seen;',
  },
  {
    name: 'claim-of-a-lease-that-moves',
    why: 'the seats are read anew before a claim, but not whether they stood still',
    file: CLAIM,
    find: 'return quietMs >= timing.leaseMs * slowestBeatRatio(core) ? { volume',
    replace: 'return quietMs >= 0 ? { volume',
  },
  {
    name: 'claim-with-a-write-unanswered',
    why: 'a claim is begun while an earlier write of the own seat may still land',
    file: CLAIM,
    find: 'if (volume.seatIndex === null || volume.seatWriteOpenMs !== null) return null;',
    replace: 'if (volume.seatIndex === null) return null;',
  },
  {
    name: 'claim-takes-its-time',
    why: 'a claim is not void when it took longer than it may',
    file: CLAIM,
    find: 'if (core.now - begunMs > timing.claimMsMax * ratio) return',
    replace: 'if (core.now - begunMs > timing.claimMsMax * 100) return',
  },
  {
    name: 'claim-left-standing',
    why: 'a claim that failed is not withdrawn, and keeps others waiting',
    file: ELECT,
    find: 'if (ended.won || ended.wrote) yield* store.release(core, term);',
    replace: 'if (ended.won) yield* store.release(core, term);',
  },
  {
    name: 'holder-ignores-a-higher-term',
    why: 'who sees another master in the seats goes on',
    file: ELECT,
    find: '    stepDown(core, `${ended.rival.host} has term ${ended.rival.term}`);\n',
    replace: '',
  },
  {
    name: 'holder-outlives-its-lease',
    why: 'nobody looks whether the lease has run out',
    file: ELECT,
    find: `  stepDown(core, 'the lease could not be renewed in time');
`,
    replace: '',
  },
  {
    name: 'lease-not-looked-at-before-an-input',
    why: 'after a pause a master acts on a lease that has run out meanwhile',
    file: 'src/core/step.ts',
    find: "  checkLease(core);\n  // Nor on an answer that comes after its deadline: what it licensed may not hold any more.\n  expire(core);\n  switch (input.kind) {\n    case 'tick':\n",
    replace: "  switch (input.kind) {\n    case 'tick':\n      checkLease(core);\n      expire(core);\n",
  },
  {
    name: 'late-seat-taken-for-news',
    why: 'a write of a former beat that lands late counts as the state of its seat',
    file: SEATS,
    find: 'return (newest.incarnation - header.incarnation || newest.counter - header.counter) > 0;',
    replace: 'return false;',
  },
  {
    name: 'late-seat-does-not-restart-the-wait',
    why: 'a late write that covers a renewal which nobody has read goes unnoticed',
    file: SEATS,
    find: '      seats.set(observation.index, { ...before, standing: observation, changedMs: endedMs, isFree: false });\n',
    replace: '',
  },
  {
    name: 'seat-given-back-is-free-to-all',
    why: 'a late release stands over a holder, and whoever has just come claims at once',
    file: SEATS,
    find: 'isFree: follows && isOfOneBeat(stood, header) && !isActive(observation),',
    replace: 'isFree: !isActive(observation),',
  },
  {
    name: 'claim-held-too-briefly-to-be-seen',
    why: 'reads far apart, between which somebody may have claimed and given back, show a seat as free',
    file: SEATS,
    find: 'endedMs - seatsReadMs < followMs;',
    replace: 'endedMs - seatsReadMs >= 0;',
  },
  {
    name: 'term-without-proof',
    why: 'whoever can write the storage has the master lose its lease by the name of a term',
    file: 'src/core/evidence/note.ts',
    find: '  if (slot.authentic) noteHearsay(',
    replace: '  noteHearsay(',
  },
  {
    name: 'term-beyond-all-terms',
    why: 'a broken host that tells of the highest term that can be written ends all leases',
    file: 'src/core/evidence/term.ts',
    find: '  if (term <= MAX_HEARSAY_TERM) core',
    replace: '  core',
  },
  {
    name: 'holder-without-proof-comes-first',
    why: 'a slave leaves the master that proves itself for one that a volume names',
    file: 'src/core/link/link.ts',
    find: '  else if (link.provenMs !== null && core.now - link.provenMs < timing.networkLostMs) return;\n',
    replace: '',
  },
  {
    name: 'own-incident-not-read-before-a-claim',
    why: 'a host that was declared failed becomes master and judges its judges',
    file: ELECT,
    find: `  if (!known && hasOpenIncident(core))
    return { won: false, why: 'an incident of this host is open', wrote: false, tooSlow: false };
`,
    replace: '',
  },
  {
    name: 'old-master-followed',
    why: 'a slave listens to whoever calls itself master last, of whatever term',
    file: 'src/core/link/link.ts',
    find: 'if (datagram.term < core.termSeen || datagram.host === settings.host) return;',
    replace: 'if (datagram.host === settings.host) return;',
  },
  {
    name: 'maintenance-keeps-the-lease',
    why: 'a master that is put in maintenance goes on as master',
    file: ELECT,
    find: `      if (core.maintenance.declared !== null)
        start(giveBack(core, 'maintenance was declared', core.settings.timing.leaseMs), () => true);
      else if`,
    replace: '      if',
  },
  {
    name: 'release-of-another-beat-is-free',
    why: 'two late writes, with renewals between them that nobody has read, look like a seat that is given back',
    file: SEATS,
    find: 'isFree: follows && isOfOneBeat(stood, header) && !isActive(observation),',
    replace: 'isFree: follows && stood?.owner === header?.owner && !isActive(observation),',
  },
  {
    name: 'release-after-the-newest-of-its-beat-is-free',
    why: 'a late release of the beat that was read last before another late write; renewals may lie between',
    file: SEATS,
    find: 'const stood = newest === null ? null : (before?.standing.header ?? null);',
    replace: 'const stood = newest;',
  },
  {
    name: 'claim-by-its-own-beat',
    why: 'a claim waits for its own beats only, however slow those of the holder are',
    file: 'src/core/coordination/volume/slowest-beat.ts',
    find: 'return slowestMs / beatMs;',
    replace: 'return 1;',
  },
  {
    name: 'left-again-and-again',
    why: 'a lease that nobody else takes is left again and again',
    file: 'src/core/master/stand-in.ts',
    find: '  if (why === null || core.now < (core.madeWay?.againMs ?? 0)) return false;',
    replace: '  if (why === null) return false;',
  },
  {
    name: 'leaves-its-work',
    why: 'a master leaves in the middle of what it has begun',
    file: 'src/core/master/stand-in.ts',
    find: '  if (isAtWork && hasTime) return false;\n',
    replace: '',
  },
  {
    name: 'claim-outlives-its-own-lease',
    why: 'a claim that goes by slower beats is not written once more before it counts',
    file: 'src/core/coordination/volume/claim.ts',
    find: 'ratio === 1',
    replace: 'ratio > 0',
  },
  {
    name: 'refusal-does-not-name-its-term',
    why: 'a master that is refused for a term which it cannot read goes on with its own',
    file: 'src/core/recovery/send-orders.ts',
    find: 'if (outcome.term !== undefined) noteHearsay(core, outcome.term);',
    replace: '',
  },
  {
    name: 'at-work-for-ever',
    why: 'a master that is to make way begins with one host after the other, while its own VMs wait',
    file: 'src/core/master/stand-in.ts',
    find: 'if (isAtWork && hasTime) return',
    replace: 'if (isAtWork) return',
  },
];
