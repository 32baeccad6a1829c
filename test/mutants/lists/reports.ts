/** What people are told: once, with its end, and why. */
import type { Mutant } from '../mutant.ts';

const BOOK = 'src/core/reports/book.ts';
const PURSUE = 'src/core/recovery/pursue.ts';

export const REPORTS: readonly Mutant[] = [
  {
    name: 'suspect-for-ever',
    why: 'nobody is told of a host that stays suspect',
    file: 'src/core/master/verdict-reports.ts',
    find: 'if (core.now - judgement.sinceMs >= SUSPECT_UNTOLD_MS) begin(',
    replace: 'if (core.now < 0) begin(',
  },
  {
    name: 'reported-by-each-master',
    why: 'a new master reports once more what the last one has reported',
    file: BOOK,
    find: 'of reports.former?.open ?? [])',
    replace: 'of [])',
  },
  {
    name: 'reported-twice',
    why: 'a cause that is open is reported with every round',
    file: BOOK,
    find: '    open.set(cause, { severity: text.severity, title: text.title, ofMaster });\n    core.outbox',
    replace:
      '    if (!ofMaster) open.set(cause, { severity: text.severity, title: text.title, ofMaster });\n    core.outbox',
  },
  {
    name: 'reports-not-carried-in-the-seat',
    why: 'a successor does not learn what was reported',
    file: BOOK,
    find: '    .filter(([, { ofMaster }]) => ofMaster)\n',
    replace: '    .filter(([, { ofMaster }]) => !ofMaster)\n',
  },
  {
    name: 'incident-never-ended',
    why: 'nobody is told that an incident is over',
    file: 'src/core/recovery/progress-reports.ts',
    find: '  end(core, `incident/${victim}`, title, { id, vms: left.map(told) });\n',
    replace: '',
  },
  {
    name: 'verdict-never-ended',
    why: 'a host that is well again stays reported',
    file: 'src/core/master/verdict-reports.ts',
    find: '    if (!own.includes(ended))\n',
    replace: '    if (!own.includes(ended) && own.length > 0)\n',
  },
  {
    name: 'hold-never-ended',
    why: 'that a recovery goes on is not told',
    file: PURSUE,
    find: '    end(core, cause, `recovery of ${victim} goes on`);\n',
    replace: '',
  },
  {
    name: 'hold-not-told',
    why: 'a recovery waits and nobody is told for what',
    file: PURSUE,
    find: '  if (isPassing(core, incident, reason) && !core.reports.open.has(cause)) return;\n',
    replace: '  if (!isPassing(core, incident, reason)) return;\n',
  },
  {
    name: 'hold-told-and-not-corrected',
    why: 'a recovery waits for something else by now, and people still read what it waited for before',
    file: PURSUE,
    find: '  if (isPassing(core, incident, reason) && !core.reports.open.has(cause)) return;\n',
    replace: '  if (isPassing(core, incident, reason)) return;\n',
  },
  {
    name: 'hold-told-at-once',
    why: 'what belongs to the normal course of every recovery is reported',
    file: PURSUE,
    find: '  if (isPassing(core, incident, reason) && !core.reports.open.has(cause)) return;\n',
    replace: '',
  },
  {
    name: 'partition-of-one-side',
    why: 'a partition is reported for each change of a host, not for its sides',
    file: 'src/core/master/verdict-reports.ts',
    find: '  if (!isStill && !isDue) return;\n',
    replace: '',
  },
  {
    name: 'own-reboot-not-told',
    why: 'VMs of a master that has booted unannounced are down, and nobody is told',
    file: 'src/core/reports/own-reboot.ts',
    find: 'if (master?.adopted !== true || now - master.sinceMs <',
    replace: 'if (master?.adopted !== false || now - master.sinceMs <',
  },
  {
    name: 'left-vms-unnamed-at-the-end',
    why: 'an incident ends without a word on the VMs that were not recovered',
    file: 'src/core/recovery/progress-reports.ts',
    find: '{ id, vms: left.map(told) }',
    replace: '{ id }',
  },
  {
    name: 'moving-sides-never-told',
    why: 'a partition is told only once its sides stand still',
    file: 'src/core/master/verdict-reports.ts',
    find: '  if (!isStill && !isDue) return;',
    replace: '  if (!isStill) return;',
  },
  {
    name: 'left-not-told-again',
    why: 'who has taken an incident over does not tell who is left before it ends',
    file: 'src/core/recovery/progress-reports.ts',
    find: 'if (inPlace && moving + held === 0 &&',
    replace: 'if (inPlace && moving + held > 0 &&',
  },
  {
    name: 'held-not-counted',
    why: 'of VMs that wait for somebody the report of an incident says nothing',
    file: 'src/core/recovery/progress-reports.ts',
    find: "const held = count('held');",
    replace: "const held = 0 * count('held');",
  },
  {
    name: 'another-reason-untold',
    why: 'a master does not tell that an incident is held for another reason than its predecessor has told',
    file: 'src/core/recovery/pursue.ts',
    find: '  retell(core, cause);\n',
    replace: '',
  },
  {
    name: 'one-name-begins-another',
    why: 'what was told of h10 ends with h1',
    file: 'src/core/reports/book.ts',
    find: 'endOthers(core, `incident/${victim}/`,',
    replace: 'endOthers(core, `incident/${victim}`,',
  },
  {
    name: 'freed-between-masters',
    why: 'what was told of a host that was freed while there was no master never ends',
    file: 'src/core/master/master-beat.ts',
    find: '  endReportsOfFreed(core, master);\n',
    replace: '',
  },
  {
    name: 'one-more-waits-untold',
    why: 'of VMs that wait for long, only those that did at first are told of',
    file: 'src/core/recovery/progress-reports.ts',
    find: 'title: `${long.length} VMs of',
    replace: 'title: `VMs of',
  },
  {
    name: 'freed-beside-a-torn-slot',
    why: 'at a take-over beside a torn slot what was told of freed hosts is not ended, and never after',
    file: 'src/core/master/take-over.ts',
    find: '  if ([...core.volumes.values()].some(({ damagedSlots }) => damagedSlots.size > 0)) return;\n  master.freedAreTold = true;\n',
    replace:
      '  master.freedAreTold = true;\n  if ([...core.volumes.values()].some(({ damagedSlots }) => damagedSlots.size > 0)) return;\n',
  },
];
