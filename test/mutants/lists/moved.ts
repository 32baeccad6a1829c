/** Defects in what becomes of VMs that have left the failed host, or may still be started there. */
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
    name: 'left-elsewhere-not-asked-again',
    why: 'who lies stopped elsewhere is shown so though it has been started',
    file: 'src/core/recovery/confirm-ended.ts',
    find: 'core.now - askedMs >= ASK_AGAIN_MS',
    replace: 'core.now < askedMs',
  },
  {
    name: 'open-starts-of-unread-vms',
    why: 'a start in place without an answer is forgotten before the VMs are read anew',
    file: 'src/core/recovery/open-starts.ts',
    find: 'start.host === host && now < start.untilMs',
    replace: 'start.host === host && now < 0',
  },
  {
    name: 'left-elsewhere-untold',
    why: 'while others wait, nobody is told of a VM that lies stopped elsewhere',
    file: 'src/core/recovery/progress-reports.ts',
    find: "lost === 0 ? '' : `",
    replace: "lost >= 0 ? '' : `",
  },
  {
    name: 'live-migration-from-elsewhere',
    why: 'an open live migration holds a VM that has left its source long ago',
    file: 'src/core/recovery/rows.ts',
    find: ' && row.source === host &&',
    replace: ' &&',
  },
  {
    name: 'evacuation-from-elsewhere',
    why: 'an open evacuation that led to a host keeps a VM there from being started',
    file: 'src/core/recovery/restart-in-place.ts',
    find: 'row.source === server.host && isOpenEvacuation(row)',
    replace: 'isOpenEvacuation(row)',
  },
  {
    name: 'owners-stop-missed',
    why: 'a VM that its owner stops while its host boots is started',
    file: 'src/core/recovery/in-place-round.ts',
    find: "if (!back.reported && server.taskState === 'powering-off' &&",
    replace: "if (back.boot === '' &&",
  },
];
