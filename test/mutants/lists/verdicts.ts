/** From evidence to verdicts: what must be seen twice, what holds back, and what was announced. */
import type { Mutant } from '../mutant.ts';

const JUDGE = 'src/core/master/judge.ts';
const BRAKE = 'src/core/verdict/brake.ts';
const LEAVING = 'src/core/evidence/leaving.ts';
const BEAT = 'src/core/master/master-beat.ts';

export const VERDICTS: readonly Mutant[] = [
  {
    name: 'failed-at-first-sight',
    why: 'a host is failed when everything was lost once, and not twice in a row',
    file: JUDGE,
    find: 'const LOST_ROUNDS = 2;',
    replace: 'const LOST_ROUNDS = 1;',
  },
  {
    name: 'failed-without-a-probe',
    why: 'a host is failed before its own address and its neighbours were asked',
    file: JUDGE,
    find: 'return own !== undefined && own.begunMs >= (facts.silentSinceMs ?? 0);',
    replace: 'return own !== undefined;',
  },
  {
    name: 'unknown-is-failed',
    why: 'a host on whose volume nothing can be read here is failed',
    file: 'src/core/verdict/table.ts',
    find: '  unseen: byWitness(UNSEEN),\n',
    replace: '  unseen: byWitness(SILENT_EVERYWHERE),\n',
  },
  {
    name: 'site-start-not-waited-for',
    why: 'a master that starts with the site judges hosts that may still be booting',
    file: JUDGE,
    find: 'if (core.reports.siteStart && !wasSeen(evidence, before)) {',
    replace: 'if (core.reports.siteStart && wasSeen(evidence, before)) {',
  },
  {
    name: 'site-start-ends-by-itself',
    why: 'after ten minutes a host that was never seen is failed without anybody being asked',
    file: JUDGE,
    find: "    return { verdict: 'unknown', row: 15, words };\n",
    replace: "    if (left > 0) return { verdict: 'unknown', row: 15, words };\n",
  },
  {
    name: 'brake-forgets-recent-incidents',
    why: 'hosts that fail one after the other are each the only one',
    file: BRAKE,
    find: 'new Set([...undecided, ...count.recentIncidents])',
    replace: 'new Set([...undecided])',
  },
  {
    name: 'brake-one-too-late',
    why: 'the brake lets one host more pass than it says',
    file: BRAKE,
    find: 'if (1 + others.length > limit) {',
    replace: 'if (others.length > limit) {',
  },
  {
    name: 'brake-without-domains',
    why: 'a whole rack that falls silent is taken for dead',
    file: BRAKE,
    find: 'domain.silent >= domain.hosts && !readBack',
    replace: 'domain.silent > domain.hosts && !readBack',
  },
  {
    name: 'brake-not-asked-at-orders',
    why: 'the brake holds declarations, but not the orders of incidents that are open',
    file: 'src/core/recovery/evacuation-round.ts',
    find: '(stop ?? blindFor(core, master) ?? unread(reading.value))',
    replace: '(blindFor(core, master) ?? unread(reading.value))',
  },
  {
    name: 'brake-not-asked-at-proof',
    why: 'the brake is not asked once more when there is proof',
    file: 'src/core/recovery/pursue.ts',
    find: "  if (stop !== null) return held(hold('brake', stop), timing.beatMs);\n",
    replace: '',
  },
  {
    name: 'brake-forgets-at-take-over',
    why: 'a new master does not count the incidents that it takes over',
    file: 'src/core/master/take-over.ts',
    find: "  if (phase !== 'returning') master.declaredMs.set(victim, core.now);\n",
    replace: '',
  },
  {
    name: 'deaf-master-judges',
    why: 'a master that hears no host and no isolation address does not suspect itself',
    file: BEAT,
    find: '[deaf(core), blind(core)]',
    replace: '[blind(core)]',
  },
  {
    name: 'suspicion-does-not-hold-incidents',
    why: 'a master that suspects itself judges nobody, but goes on with the incidents it has',
    file: 'src/core/recovery/pursue.ts',
    find: 'if (suspicion !== undefined) return held(',
    replace: "if (suspicion !== undefined && incident.record.phase === 'declared') return held(",
  },
  {
    name: 'new-master-trusts-what-it-heard-before',
    why: 'what was heard in a former mastership counts as silence now',
    file: 'src/core/master/take-over.ts',
    find: '  for (const { network } of core.hosts.values()) forgetNetwork(network);\n',
    replace: '',
  },
  {
    name: 'leaving-never-expires',
    why: 'a host that announced a reboot and does not come back is stopped for ever',
    file: LEAVING,
    find: 'return expiresMs === null || now - leaving.firstSeenMs < expiresMs;',
    replace: 'return expiresMs === null || leaving.firstSeenMs < now + expiresMs;',
  },
  {
    name: 'leaving-counted-anew-each-time',
    why: 'an announcement that stands in a slot is a new one with every read',
    file: LEAVING,
    find: '  if (known?.leaving.why !== leaving.why || known.boot !== boot)\n',
    replace: '  if (known === null || known.boot === boot)\n',
  },
  {
    name: 'agent-restart-announces-a-reboot',
    why: 'who dies while its agent is being upgraded has its VMs left down',
    file: LEAVING,
    find: `=> why !== 'agent-restart';`,
    replace: `=> why !== null;`,
  },
  {
    name: 'reboot-unnoticed',
    why: 'a host that is back before it was missed has its VMs left down',
    file: JUDGE,
    find: '  if (fresh && rebooted !== null) {\n',
    replace: "  if (facts.network === 'lost' && fresh && rebooted !== null) {\n",
  },
  {
    name: 'older-word-on-maintenance',
    why: 'of two words on maintenance the older one counts',
    file: 'src/core/evidence/maintenance.ts',
    find: 'return b.sequence > a.sequence ? b : a;',
    replace: 'return b.sequence < a.sequence ? b : a;',
  },
  {
    name: 'maintenance-is-judged',
    why: 'a host that is switched off for planned work is failed',
    file: JUDGE,
    find: 'if (declared === null || (declared.recover && !isWell)) return null;',
    replace: 'if (declared === null || !isWell) return null;',
  },
];
