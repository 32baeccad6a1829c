/**
 * One round of evacuating a failed host: force it down, read what nova says, decide for each VM, send the orders that
 * may be sent. A round whose reading failed takes no action.
 */
import { all, type Task } from '../lib/task.ts';
import { blindFor } from '../master/blind.ts';
import { countForBrake } from '../master/brake-count.ts';
import { factsOf } from '../verdict/facts-now.ts';
import type { Mastership } from '../master/mastership.ts';
import { isActing, type Core } from '../state.ts';
import type { HostName } from '../wire/records.ts';
import { brake } from '../verdict/brake.ts';
import { candidates } from './candidate-hosts.ts';
import { hold } from './holds.ts';
import { writeRecord, type Incident, type VmWork } from './incident.ts';
import {
  BUSY_ROUND_MS,
  go,
  held,
  IDLE_ROUND_MS,
  notWritten,
  novaUnreadable,
  type RoundEnd,
} from './round-end.ts';
import { lookAtLife } from './comeback.ts';
import { cutOffMigrations, lastReport } from './cut-off-migrations.ts';
import { confirmEnded } from './confirm-ended.ts';
import { isDoubtful } from './doubt.ts';
import { forceDown } from './force-down.ts';
import { isAlive, isBackWithNewBoot } from './life.ts';
import { hasLooked } from './looked.ts';
import type { PlannedOrder } from './place-vms.ts';
import { planRound } from './plan.ts';
import { reportProgress } from './progress-reports.ts';
import { freshServices, type OnHost, type Read, type Reading, read } from './reading.ts';
import { areNamed, onlyThese, orderedWith } from './ordered-hosts.ts';
import { learnCopies } from './second-copy.ts';
import { sendOrders } from './send-orders.ts';
import { anyOrderOut, openFor, stillOpen } from './still-open.ts';
import { unless } from './unless.ts';
import { evacuationsAfter, highestId, isOpenEvacuation, isOvertaken, isUnclaimedEvacuation } from './rows.ts';

export function* evacuationRound(core: Core, master: Mastership, incident: Incident): Task<RoundEnd> {
  const { victim } = incident.record;
  const evidence = core.hosts.get(victim);
  if (evidence === undefined) return go(IDLE_ROUND_MS);
  const back = isBackWithNewBoot(incident.record, evidence, factsOf(core, evidence));
  const waits = yield* lookAtLife(core, master, incident, evidence);
  if (waits !== null) return waits;
  // As long as that stands there, nobody carries out an order.
  if (incident.record.hold === 'life-signs') {
    if (anyOrderOut(core, incident)) {
      const words = `${victim} has shown life while orders were out: nothing further before they are answered or void`;
      return held(hold('life-signs', words), BUSY_ROUND_MS);
    }
    if (!(yield* writeRecord(core, master, incident, { hold: null }))) return notWritten(core, incident);
  }

  // nova takes its time: only what is known of the host when it has answered licenses an order.
  const isAnother = (): boolean => {
    const since = factsOf(core, evidence);
    return (
      isAlive(incident.record, evidence, since) ||
      (!back && (since.witness !== 'none-alive' || incident.isProofOver || !hasLooked(core, evidence))) ||
      isBackWithNewBoot(incident.record, evidence, since) !== back
    );
  };
  // Slaves that are about to ask nova, and whoever follows this master, are to read of it before nova has answered.
  const isUrgent = (): boolean => incident.isProofOver;
  const services = yield* unless(core, master, isUrgent, freshServices(core));
  if (services === null || isAnother()) return go(0);
  if (services.value !== null) return novaUnreadable(services.value);
  yield* unless(core, master, isUrgent, learnCopies(core, master, incident));
  if (isAnother()) return go(0);
  // Nothing in nova's lists depends on forced_down, so they are read while it is set; an order waits for both.
  let forced: RoundEnd | null = null;
  const [asked] = yield* all<{ readonly value: Read<Reading> } | null>(
    [
      unless(
        core,
        master,
        isUrgent,
        read(core, master, incident, anyToPlace(incident) ? null : incident.groups),
      ),
      (function* () {
        // Evacuations that nova has taken go on without it, and no further ones are ordered.
        if (!back) forced = yield* forceDown(core, master, incident, isUrgent);
        return null;
      })(),
    ],
    () => isActing(core, master),
  );
  if (forced !== null) return forced;
  if (asked === null || asked === undefined || isAnother()) return go(0);
  const reading = asked.value;
  if (!reading.ok) return novaUnreadable(reading.why);
  if (isDoubtful(incident, reading.value)) return go(BUSY_ROUND_MS);
  if (!(yield* raiseMark(core, master, incident))) return notWritten(core, incident);
  if (isAnother()) return go(0);
  if (!back || incident.before === null) noteBefore(core, incident, reading.value);
  incident.groups = reading.value.groups;
  const stopped = (): string | null => brake(countForBrake(core, master, victim), incident.record.proof);
  const plan = (only: ReadonlySet<HostName> | null): readonly PlannedOrder[] =>
    planRound(core, master, incident, reading.value, {
      candidates: candidates(core, master, incident, reading.value),
      // A host that is back keeps what has not been sent yet.
      sendNothing: back ? 'the host is back' : (stopped() ?? blindFor(core, master) ?? unread(reading.value)),
      only,
    });
  let orders = plan(onlyThese(orderedWith(core, incident, [])));
  const named = orderedWith(core, incident, orders);
  if (!areNamed(incident, named)) {
    if (!(yield* writeRecord(core, master, incident, { ordered: named }))) return notWritten(core, incident);
    // So did that.
    if (isAnother()) return go(0);
    orders = plan(new Set(named.map(({ host }) => host)));
  }
  sendOrders(core, master, incident, reading.value, orders);
  // Else a successor would have to see to what is over.
  const ordered = orderedWith(core, incident, []);
  const areOver = ordered.length === 0 && incident.record.ordered.length > 0;
  if (areOver && !(yield* writeRecord(core, master, incident, { ordered })))
    return notWritten(core, incident);
  yield* unless(core, master, isUrgent, confirmEnded(core, incident));
  reportProgress(core, incident, back);

  const open = [...incident.vms.values()].filter(
    ({ state }) => state === 'ordered' || state === 'evacuating',
  );
  if (back) {
    const settling = Math.max(
      open.length + unsettled(core, master, incident, reading.value, open),
      openRows(incident, reading.value),
    );
    if (settling > 0)
      return held(
        hold(
          'evacuations-settling',
          `${settling} evacuations from ${victim} are under way or may still begin`,
        ),
        BUSY_ROUND_MS,
      );
    const written = yield* writeRecord(core, master, incident, { phase: 'returning', hold: null, ordered });
    return written ? go(0) : notWritten(core, incident);
  }
  const stop = stopped();
  if (stop !== null && [...incident.vms.values()].some(({ state }) => state === 'waiting'))
    return held(hold('brake', stop), BUSY_ROUND_MS);
  return go(open.length > 0 || incident.vms.size === 0 ? BUSY_ROUND_MS : untilNextTryMs(core, incident));
}

/** Besides those: VMs that wait since something may still come of what somebody has asked for: before that the host gets none back. */
function unsettled(
  core: Core,
  master: Mastership,
  incident: Incident,
  { servers, openBefore }: Reading,
  counted: readonly VmWork[],
): number {
  // What came to an end since nova's records were read is not open any more, and may have left a record.
  const open = new Map([...openBefore, ...stillOpen(core, master, incident)]);
  const others = servers.filter(({ vm }) => !counted.some((work) => work.vm === vm));
  return others.filter(({ vm }) => openFor(open, vm) !== undefined).length;
}

function untilNextTryMs({ now }: Core, { vms }: Incident): number {
  const waiting = [...vms.values()].filter(({ state }) => state === 'waiting');
  const nextMs = Math.min(...waiting.map(({ notBeforeMs }) => notBeforeMs - now));
  return Math.max(BUSY_ROUND_MS, Math.min(IDLE_ROUND_MS, nextMs));
}

/**
 * The list in which the newest migration was looked for may have been cut short. What is there before anything was sent
 * is none of ours.
 */
function* raiseMark(core: Core, master: Mastership, incident: Incident): Task<boolean> {
  const { record, rows, sent, adopted, before } = incident;
  const highest = highestId(rows);
  if (sent || adopted || before !== null || highest <= (record.migrationIdAtDeclaration ?? 0)) return true;
  return yield* writeRecord(core, master, incident, { migrationIdAtDeclaration: highest });
}

/** What its owner still does with a VM counts, but not what its evacuation makes of it. */
function noteBefore({ nova }: Core, incident: Incident, { servers, rows }: OnHost): void {
  const { victim, forcedDownBy } = incident.record;
  const report = forcedDownBy === null ? lastReport(nova, victim) : null;
  if (incident.before === null)
    incident.cutOff = cutOffMigrations(servers, rows, report ?? incident.reportedAt);
  const afterId = incident.record.migrationIdAtDeclaration ?? 0;
  const known = new Map(incident.before?.servers.map((server) => [server.vm, server]));
  for (const server of servers)
    if (!known.has(server.vm) || evacuationsAfter(rows, server.vm, afterId).length === 0)
      known.set(server.vm, incident.toRun.get(server.vm) ?? server);
  incident.before = { servers: [...known.values()], rows };
}

/** VMs that have been ordered or are settled need no candidates; before the first reading nobody knows. */
function anyToPlace({ vms }: Incident): boolean {
  return vms.size === 0 || [...vms.values()].some(({ state }) => state === 'waiting' || state === 'held');
}

function unread({ capacity }: Reading): string | null {
  return capacity === null ? 'placement is asked first what the hosts can take' : null;
}

/** Evacuations of the victim that may still end, by nova's records; not of a VM that runs elsewhere by now. */
function openRows({ record, rows, vms }: Incident, { servers }: Reading): number {
  const onVictim = new Set(servers.map(({ vm }) => vm));
  return rows.filter(
    (row) =>
      row.source === record.victim &&
      isOpenEvacuation(row) &&
      vms.get(row.vm)?.deadRows.includes(row.id) !== true &&
      vms.get(row.vm)?.state !== 'recovered' &&
      !isOvertaken(row, rows) &&
      // Nor one that its conductor has passed over: it works on the first accepted record of the VM, whoever asked for it.
      (onVictim.has(row.vm) || !isUnclaimedEvacuation(row)),
  ).length;
}
