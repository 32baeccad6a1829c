/** A host that is back: the start gate, its records, and its VMs where they are. */
import type { Mutant } from '../mutant.ts';

const GATE = 'src/core/operator/gate.ts';
const ROUND = 'src/core/recovery/in-place-round.ts';
const RULE = 'src/core/recovery/restart-in-place.ts';
const RETURN = 'src/core/recovery/return.ts';

export const RETURNS: readonly Mutant[] = [
  {
    name: 'gate-opened-early',
    why: 'nova-compute of a returned host starts while its evacuations are under way',
    file: GATE,
    find: "const open = phase === 'returning' ||",
    replace: "const open = phase === 'returning' || phase === 'evacuating' ||",
  },
  {
    name: 'gate-open-to-another-life',
    why: 'a host that has booted since starts nova-compute by what was said of its former life',
    file: GATE,
    find: " && hold === 'force-up-refused' && victimBoot === settings.boot;",
    replace: " && hold === 'force-up-refused' && victimBoot !== '';",
  },
  {
    name: 'gate-by-memory',
    why: 'the gate goes by what was read of the incident some time ago',
    file: GATE,
    find: '  if (!(yield* readOwnIncident(core))) {\n',
    replace: "  if (core.ownIncident === 'unread' && !(yield* readOwnIncident(core))) {\n",
  },
  {
    name: 'gate-before-the-judgement',
    why: 'nova-compute of a host that has just booted takes its guests for stopped by their users',
    file: GATE,
    find: `  if (!hasOpenIncident(core) && awaitsJudgement(core))
    return { open: false, words: 'this host has booted unannounced; a master is about to see to its VMs' };
`,
    replace: '',
  },
  {
    name: 'returning-while-evacuations-are-open',
    why: 'a host is taken back before what was sent for it has ended',
    file: 'src/core/recovery/evacuation-round.ts',
    find: 'const settling = Math.max(open.length, openRows(incident, reading.value));',
    replace: 'const settling = 0;',
  },
  {
    name: 'forced-down-cleared-early',
    why: 'a host is forced up while nova-compute has not cleaned up after its evacuations',
    file: RETURN,
    find: "row.type === 'evacuation' && row.source === victim && row.status === 'done',",
    replace: "row.type === 'evacuation' && row.target === victim && row.status === 'done',",
  },
  {
    name: 'asked-before-nova-compute-reports',
    why: 'what nova says of the guests before its nova-compute has started is believed',
    file: RETURN,
    find: `    return held(hold('compute-not-back', words), RETURN_ROUND_MS);
`,
    replace: '',
  },
  {
    name: 'reboot-of-a-guest-that-runs',
    why: 'a guest that runs is started once more',
    file: ROUND,
    find: "  if (guest.is === 'running') {\n",
    replace: "  if (guest.is === 'running' && work.inPlace.tries > 0) {\n",
  },
  {
    name: 'started-again-and-again',
    why: 'a guest that nova is just starting is started once more',
    file: ROUND,
    find: '    core.now >= inPlace.notBeforeMs &&\n',
    replace: '',
  },
  {
    name: 'started-without-a-look-at-the-lease',
    why: 'a guest is started in place by whoever was master a moment ago',
    file: ROUND,
    find: '    if (against === null) yield* startGuest(',
    replace: '    if (against !== undefined) yield* startGuest(',
  },
  {
    name: 'started-on-top-of-the-former-master',
    why: 'what a former master asked nova for last hits a guest that runs by then',
    file: ROUND,
    find: '(!incident.adopted || core.now - incident.declaredMs >= core.settings.timing.openRequestMs) &&',
    replace: '(!incident.adopted || core.now - incident.declaredMs >= 0) &&',
  },
  {
    name: 'stopped-vm-started-in-place',
    why: 'a VM that its owner had stopped runs after the reboot of its host',
    file: RULE,
    find: "  if (vmState === 'stopped') return left('it was stopped; it stays stopped where it is');\n",
    replace: "  if (vmState === 'stopped') return null;\n",
  },
  {
    name: 'excluded-vm-started-in-place',
    why: 'a VM that its owner has excluded is started in place',
    file: RULE,
    find: '  if (barred !== null && !barred.recover) return left(barred.reason);\n',
    replace: '',
  },
  {
    name: 'live-migrated-vm-started-in-place',
    why: 'a VM that may have arrived on another host is started where it was',
    file: RULE,
    find: 'return wasToRun(server, context) ?? migrates(server, context) ?? byStateNow(server, context);',
    replace: 'return wasToRun(server, context) ?? byStateNow(server, context);',
  },
  {
    name: 'evacuating-vm-started-in-place',
    why: 'a VM whose evacuation is open is started where it was',
    file: RULE,
    find: '  if (open !== undefined) return busy(`evacuation ${open.id} is open`);\n',
    replace: '',
  },
  {
    name: 'reboot-seen-to-by-a-minority',
    why: 'a record that only one volume has heard of counts as somebody who looks after a reboot',
    file: 'src/core/evidence/own-reboot.ts',
    find: ' || ownIncident.proof === null) return false;',
    replace: ') return false;',
  },
  {
    name: 'start-repeated-while-it-is-open',
    why: 'a start in place that nova has not answered is asked for again, and the second resets the guest of the first',
    file: ROUND,
    find: '    !master.openStarts.isOpen(vm, core.now) &&\n',
    replace: '',
  },
  {
    name: 'evacuated-beside-an-open-start',
    why: 'a VM is built elsewhere while nova may still start it in place, and is reset there',
    file: 'src/core/recovery/plan.ts',
    find: "  if (master.openStarts.isOpen(server.vm, core.now)) return set('waiting', START_OPEN);\n",
    replace: '',
  },
  {
    name: 'started-in-another-boot',
    why: 'a guest is started in a life of its host that nobody has judged',
    file: ROUND,
    find: 'evidence?.boot === back.boot &&',
    replace: 'evidence !== undefined &&',
  },
  {
    name: 'six-vms-started-in-place',
    why: 'only the first VMs of a host that is back are started',
    file: ROUND,
    find: '  return now.servers.flatMap((server) => {\n',
    replace: '  return now.servers.slice(0, 6).flatMap((server) => {\n',
  },
  {
    name: 'rows-of-a-deleted-service-waited-for',
    why: 'a host whose compute service was deleted in nova stays returning for ever',
    file: RETURN,
    find: '  if (isKnown && done.length > 0) {',
    replace: '  if (done.length > 0) {',
  },
  {
    name: 'cut-off-start-unexplained',
    why: 'of a VM in ERROR that nova was at it is not said that this may never end',
    file: 'src/core/recovery/restart-in-place.ts',
    find: "|| !taskState.startsWith('reboot')) return words;",
    replace: "|| taskState.startsWith('reboot')) return words;",
  },
  {
    name: 'forced-down-though-back',
    why: 'a host that has come back while nova took its time is forced down',
    file: 'src/core/recovery/force-down.ts',
    find: 'return evidence !== undefined && isFresh(factsOf(core, evidence));',
    replace: 'return evidence === undefined;',
  },
  {
    name: 'recovered-while-silent-again',
    why: 'what ran on a host that was back counts as recovered while that host is silent again',
    file: 'src/core/recovery/comeback.ts',
    find: '    if (before.hold !== null) noteSilentAgain(incident);\n',
    replace: '',
  },
];
