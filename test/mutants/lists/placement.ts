/** Which VMs are recovered, and where. */
import type { Mutant } from '../mutant.ts';

const CANDIDATES = 'src/core/recovery/candidates.ts';
const PLACE = 'src/core/recovery/place-vms.ts';
const PLAN = 'src/core/recovery/plan.ts';
const RULE = 'src/core/recovery/protectable.ts';

export const PLACEMENT: readonly Mutant[] = [
  {
    name: 'stopped-vm-evacuated',
    why: 'a VM that its owner has stopped is recovered',
    file: RULE,
    find: "    case 'active':\n      return null;\n",
    replace: "    case 'active':\n    case 'stopped':\n      return null;\n",
  },
  {
    name: 'vm-in-error-evacuated',
    why: 'a VM that was in ERROR before the failure is touched',
    file: RULE,
    find: "return rows.some(({ status }) => status === 'error' || status === 'failed')",
    replace: "return rows.every(({ status }) => status === 'error' || status === 'failed')",
  },
  {
    name: 'excluded-vm-evacuated',
    why: 'the wish of an owner not to be recovered is not heard',
    file: RULE,
    find: "if (wish === 'false') return leave(",
    replace: "if (wish === 'False') return leave(",
  },
  {
    name: 'local-disk-lost',
    why: 'a VM whose disk is on the dead host is rebuilt from its image',
    file: RULE,
    find: 'if (bootedFromVolume || sharedStorage ||',
    replace: 'if (bootedFromVolume || !sharedStorage ||',
  },
  {
    name: 'bound-group-evacuated',
    why: 'a VM is evacuated away from those it is bound to, and nova refuses for ever',
    file: RULE,
    find: "group.policy === 'affinity' &&",
    replace: "group.policy === 'soft-affinity' &&",
  },
  {
    name: 'zone-not-kept',
    why: 'a VM is ordered into another zone',
    file: CANDIDATES,
    find: `  if (service.zone !== context.sourceZone)
    return \`is in zone \${service.zone}, the VM in \${context.sourceZone}\`;
`,
    replace: '',
  },
  {
    name: 'memory-not-counted',
    why: 'a VM is ordered to a host without room for it',
    file: CANDIDATES,
    find: `  if (capacity.freeMemoryMib < memoryMib)
    return \`has \${capacity.freeMemoryMib} of \${memoryMib} MiB memory free\`;
`,
    replace: '',
  },
  {
    name: 'chosen-host-not-counted',
    why: 'all VMs of a round go to the host that was emptiest at its start',
    file: PLACE,
    find: '    count(hosts, choice.chosen, server);\n',
    replace: '',
  },
  {
    name: 'kept-apart-by-nobody',
    why: 'two VMs of a group that must be apart are ordered to one host',
    file: CANDIDATES,
    find: 'return apartFrom(server, candidate.host, context);',
    replace: 'return null;',
  },
  {
    name: 'group-of-one-round',
    why: 'of a group that must be apart only what nova shows by now counts, not what was ordered a moment ago',
    file: PLACE,
    find: '    notePlace(placesOf, server.vm, choice.chosen);\n',
    replace: '',
  },
  {
    name: 'one-order-too-many',
    why: 'a target gets one order more at once than it is to have',
    file: CANDIDATES,
    find: 'load < context.loadMax &&',
    replace: 'load <= context.loadMax &&',
  },
  {
    name: 'disabled-host-chosen',
    why: 'a VM is ordered to a host that an operator has disabled',
    file: CANDIDATES,
    find: `  if (service.status === 'disabled') return 'is disabled in nova';
`,
    replace: '',
  },
  {
    name: 'same-host-again-and-again',
    why: 'a host that failed a VM is tried again before all others',
    file: CANDIDATES,
    find: 'const untried = fit.filter(({ host }) => !context.failed.has(host));',
    replace: 'const untried = fit;',
  },
  {
    name: 'target-that-does-not-hear-the-master',
    why: 'orders go to a host that cannot hear the master',
    file: 'src/core/master/can-serve.ts',
    find: '    facts.hearsMaster &&\n',
    replace: '',
  },
  {
    name: 'retried-without-a-pause',
    why: 'what nova refuses is asked for again with every round',
    file: PLAN,
    find: "  if (core.now < work.notBeforeMs) return set('waiting', work.reason);\n",
    replace: '',
  },
  {
    name: 'disk-not-counted',
    why: 'a VM with a disk of its own is ordered to a host that has less disk free',
    file: CANDIDATES,
    find: 'capacity.freeDiskGib < diskGib)',
    replace: 'capacity.freeDiskGib <= 0)',
  },
  {
    name: 'six-vms-of-a-host',
    why: 'only the first VMs of a failed host are recovered at once, the others after them',
    file: PLAN,
    find: 'of reading.servers) {',
    replace: 'of reading.servers.slice(0, 6)) {',
  },
];
