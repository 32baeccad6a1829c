/**
 * Ten places that nobody chose: all 1809 comparisons and logical operators of the core, outside comments, in the order
 * of its files and lines; of each tenth the one in the middle, swapped for what stands next to it: `===` and `!==`, `<`
 * and `<=`, `>` and `>=`, `&&` and `||`.
 */
import type { Mutant } from '../mutant.ts';

export const BLIND: readonly Mutant[] = [
  {
    name: 'blind-claim-read-back',
    why: 'a claim is read back only where there is nothing to read: nobody ever wins',
    file: 'src/core/coordination/volume/claim.ts',
    find: `    timing.seatWriteMs,
  );
  if (read === null || !read.ok || read.seats === null) return null;
`,
    replace: `    timing.seatWriteMs,
  );
  if (read === null || !read.ok || read.seats !== null) return null;
`,
  },
  {
    name: 'blind-claim-at-once',
    why: 'a free lease is claimed at first sight, by all at the same moment, whoever is better placed',
    file: 'src/core/election/elect.ts',
    find: '  if (lease.wantedSinceMs === null) {\n',
    replace: '  if (lease.wantedSinceMs !== null) {\n',
  },
  {
    name: 'blind-report-of-an-unknown-host',
    why: 'a host that nova has never shown cannot be judged, and any other never is',
    file: 'src/core/evidence/nova-witness.ts',
    find: "  if (seen === undefined) return 'unknown';\n",
    replace: "  if (seen !== undefined) return 'unknown';\n",
  },
  {
    name: 'blind-probes-begin-later',
    why: 'a slave asks its neighbours only after the master was missed for longer than the bound',
    file: 'src/core/link/link.ts',
    find: 'core.master === null ? missesMasterMs(core) >= timing.networkLostMs',
    replace: 'core.master === null ? missesMasterMs(core) > timing.networkLostMs',
  },
  {
    name: 'blind-master-asks-for-nothing',
    why: 'a master probes its neighbours and isolation addresses for ever, though nobody is silent',
    file: 'src/core/master/suspicion.ts',
    find: 'master.wantsOwnView = silent.length > 0;',
    replace: 'master.wantsOwnView = silent.length >= 0;',
  },
  {
    name: 'blind-victim-not-watched',
    why: 'of a volume that the master does not read, the slave does not see whether the victim writes there',
    file: 'src/core/recovery/check-victim.ts',
    find: 'if (isAnySeen) yield*',
    replace: 'if (!isAnySeen) yield*',
  },
  {
    name: 'blind-started-in-place-after-q',
    why: 'a guest is started in place one moment after Q, and not at its end',
    file: 'src/core/recovery/in-place-round.ts',
    find: 'core.now - incident.declaredMs >= unansweredMs(core.settings))',
    replace: 'core.now - incident.declaredMs > unansweredMs(core.settings))',
  },
  {
    name: 'blind-round-not-recorded',
    why: 'a hold is written down only where it was before, and for ever',
    file: 'src/core/recovery/pursue.ts',
    find: 'const isWritten = record.hold === hold && record.underWay',
    replace: 'const isWritten = record.hold !== hold && record.underWay',
  },
  {
    name: 'blind-boot-of-long-ago',
    why: 'an evacuation is noted for a boot of its target that may have been over before it began',
    file: 'src/core/recovery/under-way.ts',
    find: 'if (bootLifeMs !== null && bootLifeMs >=',
    replace: 'if (bootLifeMs !== null || bootLifeMs >=',
  },
  {
    name: 'blind-volume-never-hung',
    why: 'a volume that has stopped to answer does not count as hung',
    file: 'src/core/volumes.ts',
    find: 'return !connected || (readingMs !== null && now - readingMs >',
    replace: 'return !connected || (readingMs === null && now - readingMs >',
  },
];
