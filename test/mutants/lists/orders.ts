/** Orders of a master, and what a slave makes sure of before it asks nova. */
import type { Mutant } from '../mutant.ts';

const LICENCE = 'src/core/coordination/volume/check-licence.ts';
const BEFORE = 'src/core/recovery/check-before-effect.ts';
const EXECUTOR = 'src/core/recovery/executor.ts';
const VICTIM = 'src/core/recovery/check-victim.ts';

export const ORDERS: readonly Mutant[] = [
  {
    name: 'order-of-an-old-term',
    why: 'a slave takes orders of a master that has been replaced',
    file: EXECUTOR,
    find: 'if (order.term < core.termSeen)',
    replace: 'if (order.term > core.termSeen)',
  },
  {
    name: 'order-never-ages',
    why: 'an order that lay somewhere is carried out however old it is',
    file: LICENCE,
    find: 'if (incarnation !== seen.incarnation || counter > seen.counter + validRenewals)',
    replace: 'if (incarnation !== seen.incarnation)',
  },
  {
    name: 'order-twice',
    why: 'one order that arrives twice is carried out twice',
    file: EXECUTOR,
    find: "  if (executor.begun.has(order.id)) return refused('busy', 'this order was begun before');\n",
    replace: '',
  },
  {
    name: 'order-beside-an-open-one',
    why: 'a slave begins with a VM that it is already about to evacuate',
    file: EXECUTOR,
    find: '  if (executor.intents.has(order.vm))\n',
    replace: '  if (executor.begun.has(order.id))\n',
  },
  {
    name: 'order-though-the-master-is-not-heard',
    why: 'a slave that is cut off from the master carries out what came before',
    file: EXECUTOR,
    find: 'if (!hearsMaster(core)) return refused(',
    replace: 'if (core.link.master === null) return refused(',
  },
  {
    name: 'licence-without-rival',
    why: 'the lease is read before the effect, but not whether another has a higher term',
    file: LICENCE,
    find: 'if (newer !== null) {',
    replace: 'if (newer === undefined) {',
  },
  {
    name: 'licence-of-a-seat-given-back',
    why: 'an effect is licensed by the seat of a master that no longer holds the lease',
    file: LICENCE,
    find: "if (seat.body.term !== term || seat.body.phase !== 'holding')",
    replace: 'if (seat.body.term !== term)',
  },
  {
    name: 'licence-without-incident',
    why: 'an effect is licensed by the lease alone, whatever became of the incident',
    file: LICENCE,
    find: 'return checkLease(licence, good, needed) ?? checkIncidents(licence, good);',
    replace: 'return checkLease(licence, good, needed);',
  },
  {
    name: 'licence-in-any-phase',
    why: 'a VM is evacuated by an incident whose host is being taken back',
    file: LICENCE,
    find: 'const isOpen = phases.includes(record.phase) &&',
    replace: "const isOpen = record.phase !== 'closed' &&",
  },
  {
    name: 'victim-not-looked-at',
    why: 'a VM is evacuated although its host writes to a volume again',
    file: VICTIM,
    find: 'if (later && boot !== must.boot) {',
    replace: 'if (later && must.boot !== null && boot !== must.boot) {',
  },
  {
    name: 'victim-unreadable-is-dead',
    why: 'a host whose slot cannot be read counts as silent right before the effect',
    file: VICTIM,
    find: 'if (known > 0 || must.isConfirmed) return null;',
    replace: 'if (known >= 0 || must.isConfirmed) return null;',
  },
  {
    name: 'open-evacuation-not-looked-for',
    why: 'a slave asks for an evacuation while nova has one open',
    file: BEFORE,
    find: `  if (open !== undefined) return no('evacuation-open', \`evacuation \${open.id} of it is \${open.status}\`);
`,
    replace: '',
  },
  {
    name: 'live-migration-not-looked-for',
    why: 'a VM is evacuated that may have arrived elsewhere by a live migration',
    file: BEFORE,
    find: `  if (live !== undefined)
    return no('live-migration-open', \`live migration \${live.id} of it is \${live.status}\`);
`,
    replace: '',
  },
  {
    name: 'vm-elsewhere-evacuated',
    why: 'a VM is evacuated that nova no longer places on the failed host',
    file: BEFORE,
    find: `        else if (found.value.host !== order.victim)
          server = no('vm-not-on-victim', \`nova places it on \${found.value.host}\`);
`,
    replace: '',
  },
  {
    name: 'rows-unread-are-none',
    why: 'a slave that cannot read the records of a VM takes them for empty',
    file: BEFORE,
    find: "  if (!rows.ok) return no('nova-unreadable', rows.failure.detail);\n",
    replace: '  if (!rows.ok) return { refusal: null, newestRow: 0 };\n',
  },
  {
    name: 'order-in-maintenance',
    why: 'a host in maintenance takes an order that was given before its master knew',
    file: EXECUTOR,
    find: `  if (maintenance.declared !== null) return refused('not-online', 'maintenance was declared on this host');
`,
    replace: '',
  },
];
