/** Defects in what becomes of VMs that nova no longer places on the failed host. */
import type { Mutant } from '../mutant.ts';

export const MOVED: readonly Mutant[] = [
  {
    name: 'vanished-is-settled',
    why: 'a VM that nova leaves out of its list is settled unasked',
    file: 'src/core/recovery/moved.ts',
    find: "      Object.assign(work, { state: 'evacuating', reason: GONE });\n}\n\n/** An",
    replace: "      Object.assign(work, { state: 'not-recovered', reason: GONE });\n}\n\n/** An",
  },
  {
    name: 'successor-names-none-that-left',
    why: 'a new master of a host that is back does not look for VMs that left it before',
    file: 'src/core/recovery/return.ts',
    find: '  noteLeft(incident, now.value);\n',
    replace: '',
  },
  {
    name: 'left-elsewhere-forgotten',
    why: 'what lies stopped elsewhere is forgotten when its host dies once more',
    file: 'src/core/recovery/comeback.ts',
    find: 'if (!settledElsewhere) incident',
    replace: 'incident',
  },
  {
    name: 'left-elsewhere-untold',
    why: 'while others wait, nobody is told of a VM that lies stopped elsewhere',
    file: 'src/core/recovery/progress-reports.ts',
    find: "lost === 0 ? '' : `",
    replace: "lost >= 0 ? '' : `",
  },
];
