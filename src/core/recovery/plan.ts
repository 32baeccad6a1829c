/**
 * From what nova and the slots say now to what each VM of a failed host needs next. Exactly-once lives here: a VM with
 * an open row, an open order or an open intent gets nothing.
 */
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import type { HostName } from '../wire/records.ts';
import type { CandidateHost } from './candidates.ts';
import type { Migration, Server } from './cloud.ts';
import { ENDED } from './confirm-ended.ts';
import { createVmWork, type Incident, type VmWork } from './incident.ts';
import { noteAttempts, noteMoved, noteRow } from './moved.ts';
import { type PlannedOrder, placeVms, type ToPlace } from './place-vms.ts';
import { protection } from './protectable.ts';
import type { Reading } from './reading.ts';
import {
  evacuationsAfter,
  findCutOff,
  isEndedWell,
  isFailedEvacuation,
  isOpenEvacuation,
  isOpenLiveMigration,
  isOvertaken,
  isUnclaimedEvacuation,
} from './rows.ts';
import { mayStillStart } from './open-starts.ts';
import { firstCopies } from './second-copy.ts';
import { blocksWords, untoldWords } from './ordered-hosts.ts';
import { MUST_BE_SILENT_MAX } from './orders.ts';
import { isProvenDead } from './proven-dead.ts';
import { isDead, openFor, type StillOpen, stillOpen } from './still-open.ts';
import { noteUnderWay } from './under-way.ts';

export interface RoundContext {
  readonly candidates: readonly CandidateHost[];
  /** Why no order may be sent this round, or null. */
  readonly sendNothing: string | null;
  /** Hosts that may get orders now; null: any. */
  readonly only: ReadonlySet<HostName> | null;
}

/** Delay before the n-th further try of a VM. */
const RETRY_FIRST_MS = 2_000;
const RETRY_MAX_MS = 300_000;
const START_OPEN = 'nova may still start it in place, as it was asked to without an answer: wait for that';
const CALLED_STOPPED =
  'it ran when its host failed first, and nova has called it stopped since: unless its owner stopped it, evacuate it by hand and start it';
/** For how long every other host is better for a VM than one that failed it. */
const AVOIDED_MS = 600_000;
const TOO_MANY_SILENT = `it was sent on or was to be built on more than ${MUST_BE_SILENT_MAX} hosts that are dead: see that it runs nowhere, then evacuate it by hand`;

export function planRound(
  core: Core,
  master: Mastership,
  incident: Incident,
  reading: Reading,
  context: RoundContext,
): readonly PlannedOrder[] {
  // What came to an end since the rows were read blocks, too: they may have been read before it was carried out.
  const requests = new Map([...stillOpen(core, master, incident), ...reading.openBefore]);
  noteMoved(incident, reading, requests);
  noteUnderWay(core, incident.underWay, reading.rows);
  const toPlace: ToPlace[] = [];
  for (const server of reading.servers) {
    const work = incident.vms.get(server.vm) ?? createVmWork(server.vm, server.name);
    incident.vms.set(server.vm, work);
    work.settledElsewhere = false;
    if (needOf(core, master, incident, reading, requests, server, work) !== 'order') continue;
    if (context.sendNothing === null) toPlace.push({ server, work });
    else Object.assign(work, { state: 'waiting', reason: context.sendNothing, target: null });
  }
  return placeVms(core, master, reading, context, toPlace);
}

type Need = 'order' | 'nothing';

function needOf(
  core: Core,
  master: Mastership,
  incident: Incident,
  reading: Reading,
  requests: StillOpen,
  server: Server,
  work: VmWork,
): Need {
  const afterId = incident.record.migrationIdAtDeclaration ?? 0;
  const everyRow = reading.rows.filter((row) => row.vm === server.vm);
  const allRows = everyRow.filter((row) => !isOvertaken(row, everyRow));
  const rows = evacuationsAfter(reading.rows, server.vm, afterId);
  noteAttempts(work, rows);
  const set = (state: VmWork['state'], reason: string | null, target: HostName | null = null): Need => {
    Object.assign(work, { state, reason, target });
    return 'nothing';
  };

  // nova never ends a row whose target died, also not when the target is back and its incident closed.
  work.deadRows = allRows
    .filter((row) => isOpenEvacuation(row) && isDead(core, master, incident, row))
    .map(({ id }) => id);
  const open = allRows.find((row) => isOpenEvacuation(row) && !work.deadRows.includes(row.id));
  noteRow(work, rows[0]);
  if (open !== undefined) {
    const stands = standsStill(core, master, incident, open);
    if (stands !== null) return set('held', stands, open.target);
    if (open.id <= afterId)
      return set('held', `evacuation ${open.id} has been open since before the failure`);
    return set('evacuating', `nova: ${open.status}`, open.target ?? work.target);
  }
  if (rows[0] !== undefined && isEndedWell(rows[0]) && rows[0].id !== work.unmovedRow)
    return set('evacuating', ENDED, rows[0].target);
  const cutOff = findCutOff(server, allRows);
  if (cutOff !== null) return set('held', cutOffWords(server, cutOff), cutOff.target);
  noteFailedRow(core, work, rows[0]);

  const request = openFor(requests, server.vm);
  if (request?.by === 'order')
    // Where it was answered since, its answer has said what comes next.
    return work.order === null ? 'nothing' : set('ordered', work.reason, request.target);
  if (request?.by === 'former-order') return set('waiting', untoldWords(request.target));
  if (request !== undefined)
    return set(
      'ordered',
      `${request.target} has written that it is about to evacuate it: ${blocksWords(request.target)}`,
      request.target,
    );
  work.order = null;
  const live = allRows.find((row) => isOpenLiveMigration(row, server.host));
  if (live !== undefined) {
    return set(
      'held',
      `a live migration to ${live.target ?? 'another host'} was open: see whether it runs there; if not, evacuate it by hand`,
    );
  }
  const cutOffLive = incident.cutOff.get(server.vm);
  if (cutOffLive !== undefined) return set('held', cutOffLiveWords(cutOffLive));
  if (server.taskState?.startsWith('migrating') === true)
    return set(
      'held',
      'a live migration of it was begun: see whether it runs elsewhere; if not, evacuate it by hand',
    );
  const copies = firstCopies(core, master, incident, server.vm, reading.rows);
  if (copies.against !== null) return set('held', copies.against, null);
  const targets = allRows
    .filter(({ id }) => work.deadRows.includes(id))
    .flatMap(({ target }) => target ?? []);
  work.mustBeSilent = [...new Set([...copies.silent, ...targets])].filter((host) =>
    isProvenDead(core, master, host),
  );
  if (work.mustBeSilent.length > MUST_BE_SILENT_MAX) return set('held', TOO_MANY_SILENT);
  // Of one that ran before nova made something of it, that counts which it was.
  const was = incident.toRun.get(server.vm);
  const isMadeOf = server.vmState === 'error' || server.vmState === 'stopped';
  const known = was !== undefined && isMadeOf ? { ...server, vmState: was.vmState } : server;
  const guard = protection(known, { recovery: core.settings.recovery, rows, groups: reading.groups });
  if (!guard.recover) return set('not-recovered', guard.reason);
  if (was !== undefined && server.vmState === 'stopped') return set('held', CALLED_STOPPED);
  if (mayStillStart(core, master, server.host, server.vm, everyRow)) return set('waiting', START_OPEN);
  if (core.now < work.notBeforeMs) return set('waiting', work.reason);
  return 'order';
}

/** Perhaps its target died and came back and nobody remembers; a mere perhaps is for a person. Null: nova works on it. */
function standsStill(core: Core, master: Mastership, incident: Incident, row: Migration): string | null {
  const { now, settings } = core;
  if (row.target !== null && isUnclaimedEvacuation(row) && isProvenDead(core, master, row.target))
    return `evacuation ${row.id} waits for nova-compute of ${row.target}, which is dead, and begins when that starts; if it never will, evacuate it by hand`;
  const since = incident.underWay.standing.get(row.id)?.sinceMs ?? now;
  if (now - since <= settings.timing.standingRowMs) return null;
  if (row.target === null)
    return `nova accepted evacuation ${row.id} and has done nothing since: look at nova-conductor`;
  if (isUnclaimedEvacuation(row))
    return `evacuation ${row.id} has waited for nova-compute of ${row.target} for long: see that it runs there; if it never will, evacuate it by hand, or if no host can take it, remove ${row.source} by force, which frees it of its incident, and start the VM there`;
  return `evacuation ${row.id} has been ${row.status} for long: see whether nova-compute of ${row.target} builds it; if not, and its guest does not run there, evacuate it by hand`;
}

function cutOffLiveWords({ id, target }: Migration): string {
  return `its live migration ${id} to ${target ?? 'another host'} failed, and nova does not tell whether it stayed here; it may run there: see that it does not, then evacuate it by hand`;
}

function cutOffWords({ vm, host }: Server, { id, status, target }: Migration): string {
  return `nova calls evacuation ${id} ${status}, but still places it on ${host}: see whether nova-compute of ${target ?? 'its target'} builds it; if not, and its guest does not run there, openstack server set --state active ${vm}, and Vigil evacuates it`;
}

function noteFailedRow(core: Core, work: VmWork, row: Migration | undefined): void {
  if (row === undefined || !isFailedEvacuation(row) || row.id <= work.failedRow) return;
  work.failedRow = row.id;
  if (row.target !== null)
    avoid(work, row.target, core.now, `evacuation ${row.id} to it ended ${row.status}`);
  delay(
    core,
    work,
    `evacuation ${row.id} ended ${row.status}${row.target === null ? ': nova found no valid host' : ` on ${row.target}`}`,
  );
}

function avoid(work: VmWork, host: HostName, now: number, reason: string): void {
  work.avoided.set(host, { untilMs: now + AVOIDED_MS, reason });
}

export function delay(core: Core, work: VmWork, reason: string): void {
  work.notBeforeMs = core.now + Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.max(0, work.attempt - 1));
  work.state = 'waiting';
  work.reason = reason;
}
