/**
 * Starts the VMs of a host that has booted, where they are. Level-triggered like everything else: each round asks the
 * hypervisor of each VM that is to run, and starts those that do not. A guest that runs is never touched.
 */
import { all, type Task } from '../lib/task.ts';
import { createTurns, inTurn, type Turns } from '../lib/turns.ts';
import { factsOf } from '../verdict/facts-now.ts';
import type { Mastership } from '../master/mastership.ts';
import { isActing, type Core } from '../state.ts';
import { askCloud } from './ask-cloud.ts';
import { mayAct } from './check-ground.ts';
import { type CloudFailure, mayStillHappen, type Server } from './cloud.ts';
import { hold, type Hold } from './holds.ts';
import { type Comeback, createVmWork, type Incident, type VmWork } from './incident.ts';
import { isBackWithNewBoot } from './life.ts';
import { isUnsettled } from './moved.ts';
import type { OnHost } from './reading.ts';
import { inPlace, judgeGuest } from './restart-in-place.ts';
import { hasFailedSince } from './rows.ts';
import { firstCopies } from './second-copy.ts';
import { mayStillStart } from './open-starts.ts';
import { untoldWords } from './ordered-hosts.ts';
import { openFor } from './still-open.ts';
import { stillSentMs, unansweredMs } from './still-sent.ts';
import type { HostName } from '../wire/records.ts';

/** A start that nova has taken may still be under way for so long; then each further one waits twice as long. */
export const TRY_EVERY_MS = 120_000;
const TRY_EVERY_MS_MAX = 960_000;
/** nova-compute starts guests one after the other where they share a disk cache; more at once gain nothing. */
const AT_ONCE_MAX = 16;
/** `501`: the hypervisor's driver has no diagnostics. */
const NOT_IMPLEMENTED = 501;

/** A guest that nova told of so long ago may have been started by somebody since. */
const TOLD_MS_MAX = 10_000;

/** One whose guest is to be asked for. */
export interface ToTend {
  readonly server: Server;
  /** If it does not run; else that is for a person. */
  readonly isToRun: boolean;
}

/** Shows for each VM of the host what is to become of it, and gives those whose guest is to be asked for. */
export function survey(
  core: Core,
  master: Mastership,
  incident: Incident,
  back: Comeback,
  now: OnHost,
): readonly ToTend[] {
  return now.servers.flatMap((server) => {
    const work = incident.vms.get(server.vm) ?? createVmWork(server.vm, server.name);
    incident.vms.set(server.vm, work);
    work.settledElsewhere = false;
    if (work.inPlace.settledInBoot === back.boot) {
      // The host was silent meanwhile.
      if (work.state === 'waiting') settle(work, back, 'recovered', null, incident.record.victim);
      return [];
    }
    const request = openFor(now.openBefore, server.vm);
    if (request !== undefined) {
      const asked = `${request.target} may have asked nova to evacuate it: see what comes`;
      show(incident, work, 'waiting', request.by === 'former-order' ? untoldWords(request.target) : asked);
      return [];
    }
    const { against } = firstCopies(core, master, incident, server.vm, now.rows);
    if (against !== null) {
      show(incident, work, 'held', against);
      return [];
    }
    if (server.vmState === 'stopped' && master.openStarts.isOpen(server.vm, core.now)) {
      // Its guest was missed before the start has come to nova-compute, or to anything.
      show(incident, work, 'restarting', 'nova may still start it, as it was asked to without an answer');
      return [];
    }
    // Before nova-compute has reported it has missed no guest: that was its owner.
    if (!back.reported && server.taskState === 'powering-off' && incident.before !== null)
      incident.before = {
        ...incident.before,
        servers: [...incident.before.servers.filter(({ vm }) => vm !== server.vm), server],
      };
    const tried = work.inPlace.tries > 0;
    const rule = inPlace(server, {
      recovery: core.settings.recovery,
      before: beforeOf(incident, server),
      rowsBefore: incident.before?.rows ?? [],
      rows: now.rows,
      cutOff: incident.cutOff.get(server.vm) ?? null,
      evacuationFailed: hasFailedSince(now.rows, server.vm, incident.record.migrationIdAtDeclaration ?? 0),
      tried,
      triedInLife: work.inPlace.triedInLife,
    });
    if (rule.is === 'left') settle(work, back, 'not-recovered', rule.reason, null);
    else if (rule.is === 'held' || rule.is === 'by-hand') show(incident, work, 'held', rule.reason);
    else if (rule.is === 'busy') show(incident, work, tried ? 'restarting' : 'waiting', rule.reason);
    else if (work.state !== 'restarting' && work.state !== 'held')
      show(incident, work, 'waiting', 'the host is back; its guest is asked for once nova-compute reports');
    const isToRun = rule.is === 'to-run';
    return isToRun || rule.is === 'by-hand' ? [{ server, isToRun }] : [];
  });
}

/** Asks for these guests and starts those that do not run; null when nothing more is to be done for any VM. */
export function* inPlaceRound(
  core: Core,
  master: Mastership,
  incident: Incident,
  back: Comeback,
  toTend: readonly ToTend[],
): Task<Hold | null> {
  const unreadable: string[] = [];
  // One after the other gains as much as all at once, which a beat reads for one after the other.
  const checks = createTurns(1);
  for (let from = 0; from < toTend.length; from += AT_ONCE_MAX) {
    yield* all(
      toTend
        .slice(from, from + AT_ONCE_MAX)
        .map((one) => tend(core, master, incident, back, one, unreadable, checks)),
      () => isActing(core, master),
    );
  }
  if (unreadable[0] !== undefined)
    return hold('nova-unreadable', `a guest's state cannot be asked for: ${unreadable[0]}`);
  const open = [...incident.vms.values()].filter(isUnsettled);
  if (open.length === 0) return null;
  const names = open.map(({ name, vm, reason }) => `${name} (${vm}): ${reason ?? 'waiting'}`);
  return hold('restarts-pending', `not all VMs of ${incident.record.victim} run yet: ${names.join('; ')}`);
}

function* tend(
  core: Core,
  master: Mastership,
  incident: Incident,
  back: Comeback,
  { server, isToRun }: ToTend,
  unreadable: string[],
  checks: Turns,
): Task<void> {
  const { vm } = server;
  const work = incident.vms.get(vm);
  if (work === undefined) return;
  const asked = yield* askCloud(core, { call: 'guest-state', vm });
  if (!asked.ok) {
    if (isRefusal(asked.failure)) {
      const words = `nova does not tell whether its guest runs (${asked.failure.detail}): see to it by hand`;
      settle(work, back, 'not-recovered', words, null);
    } else {
      show(incident, work, work.state, `nova does not tell whether its guest runs: ${asked.failure.detail}`);
      unreadable.push(`${server.name}: ${asked.failure.detail}`);
    }
    return;
  }
  const toldMs = core.now;
  const guest = judgeGuest(asked.value.state, server, beforeOf(incident, server));
  if (guest.is === 'running') {
    const nothingDone = isToRun
      ? 'it runs; nothing had to be done'
      : 'it runs here; see that it does not run where it was to be migrated to, too';
    const words = work.inPlace.triedInLife ? null : nothingDone;
    settle(work, back, 'recovered', words, incident.record.victim);
  } else if (!isToRun) {
    // Its reason says what for.
    return;
  } else if (guest.is === 'unclear') {
    show(incident, work, 'held', guest.reason);
  } else if (mayStart(core, master, incident, back, work)) {
    const tooLate = (): string | null =>
      core.now - toldMs > TOLD_MS_MAX ? 'others had their turn first; its guest is asked for again' : null;
    const { silent } = firstCopies(core, master, incident, vm, incident.rows);
    const acts = { phases: ['returning'], boot: back.boot, silent, tooLate } as const;
    const against = yield* inTurn(checks, mayAct(core, master, incident, acts));
    if (against !== null) show(incident, work, work.state, `not started: ${against}`);
    // It may have waited for its turn.
    else if (mayStart(core, master, incident, back, work))
      yield* startGuest(core, master, incident, back, work);
  }
}

/** Asked right before the effect: is this still the master, and still the life of the host that was judged? */
function mayStart(
  core: Core,
  master: Mastership,
  incident: Incident,
  back: Comeback,
  { vm, inPlace }: VmWork,
): boolean {
  const { record } = incident;
  const evidence = core.hosts.get(record.victim);
  return (
    isActing(core, master) &&
    core.now >= inPlace.notBeforeMs &&
    !mayStillStart(core, master, record.victim, vm, incident.rows) &&
    firstCopies(core, master, incident, vm, incident.rows).against === null &&
    // What a former master asked nova for last may still be carried out, and would hit a guest that runs by then.
    (!incident.adopted || core.now - incident.declaredMs >= unansweredMs(core.settings)) &&
    evidence?.boot === back.boot &&
    isBackWithNewBoot(record, evidence, factsOf(core, evidence))
  );
}

function* startGuest(
  core: Core,
  master: Mastership,
  incident: Incident,
  back: Comeback,
  work: VmWork,
): Task<void> {
  const { inPlace: tries, vm } = work;
  tries.tries += 1;
  tries.triedInLife = true;
  work.attempt += 1;
  tries.notBeforeMs = core.now + Math.min(TRY_EVERY_MS_MAX, TRY_EVERY_MS * 2 ** (tries.tries - 1));
  show(incident, work, 'restarting', 'nova is asked to start it in place');
  core.outbox.push({
    do: 'journal',
    event: 'restart-in-place',
    data: { vm, host: incident.record.victim, incident: incident.record.id, attempt: tries.tries },
  });
  const answer = yield* askCloud(core, { call: 'hard-reboot', vm });
  if (answer.ok) {
    show(incident, work, 'restarting', `nova is starting it in place (try ${tries.tries})`);
  } else if (answer.failure.code === 'forbidden') {
    const words = `nova refuses to start it (${answer.failure.detail}): start it by hand`;
    settle(work, back, 'not-recovered', words, null);
  } else {
    if (mayStillHappen(answer.failure))
      master.openStarts.note(
        { vm, host: incident.record.victim },
        core.now,
        stillSentMs(answer) + core.settings.timing.openRequestMs,
      );
    show(incident, work, 'restarting', `nova did not take its start: ${answer.failure.detail}`);
  }
}

/** Nova has answered, and will answer the same again. */
function isRefusal({ code, status }: CloudFailure): boolean {
  if (status === NOT_IMPLEMENTED) return true;
  return code === 'forbidden' || code === 'not-found' || code === 'conflict' || code === 'bad-request';
}

function beforeOf({ before }: Incident, { vm }: Server): Server | null {
  return before?.servers.find((server) => server.vm === vm) ?? null;
}

function show({ record }: Incident, work: VmWork, state: VmWork['state'], reason: string): void {
  Object.assign(work, { state, reason, target: record.victim });
}

function settle(
  work: VmWork,
  back: Comeback,
  state: 'recovered' | 'not-recovered',
  reason: string | null,
  target: HostName | null,
): void {
  Object.assign(work, { state, reason, target });
  work.inPlace.settledInBoot = back.boot;
}
