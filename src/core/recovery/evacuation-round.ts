/**
 * One round of evacuating a failed host: force it down, read what nova says, decide for each VM, send the orders that
 * may be sent. A round whose reading failed takes no action.
 */
import { isWritable } from '../volumes.ts';
import { all, type Task } from '../lib/task.ts';
import { blindFor } from '../master/blind.ts';
import { countForBrake, factsOf } from '../master/judge.ts';
import type { Mastership } from '../master/mastership.ts';
import { isActing, type Core } from '../state.ts';
import { brake } from '../verdict/brake.ts';
import type { HostName } from '../wire/records.ts';
import type { CandidateHost } from './candidates.ts';
import { hold } from './holds.ts';
import { writeRecord, type Incident } from './incident.ts';
import {
  BUSY_ROUND_MS,
  go,
  held,
  IDLE_ROUND_MS,
  notWritten,
  novaUnreadable,
  type RoundEnd,
} from './round-end.ts';
import { noteComeback, proveAgain } from './comeback.ts';
import { confirmEnded } from './confirm-ended.ts';
import { isDoubtful } from './doubt.ts';
import { forceDown } from './force-down.ts';
import { isAlive, isBackWithNewBoot } from './life.ts';
import { afterLife, releaseAfterLife } from './life-after-failed.ts';
import { planRound } from './plan.ts';
import { reportProgress } from './progress-reports.ts';
import { freshServices, type OnHost, type Read, type Reading, read } from './reading.ts';
import { sendOrders } from './send-orders.ts';
import { evacuationsAfter, highestId, isOpenEvacuation } from './rows.ts';

export function* evacuationRound(core: Core, master: Mastership, incident: Incident): Task<RoundEnd> {
  const { victim } = incident.record;
  const evidence = core.hosts.get(victim);
  if (evidence === undefined) return go(IDLE_ROUND_MS);
  const facts = factsOf(core, evidence);
  const back = isBackWithNewBoot(incident.record, evidence, facts);
  if (!back && isAlive(incident.record, evidence, facts)) return yield* afterLife(core, master, incident);
  if (!back && incident.record.hold === 'life-after-failed') {
    const released = yield* releaseAfterLife(core, master, incident);
    if (released !== null) return released;
  }
  if (!back && facts.witness !== 'none-alive') {
    return held(
      hold('life-signs', `${victim} shows life (${facts.witnesses.join(', ')}), of unknown boot`),
      BUSY_ROUND_MS,
    );
  }
  if (back) noteComeback(core, incident, evidence);
  else {
    const unproven = yield* proveAgain(core, master, incident, evidence, facts);
    if (unproven !== null) return unproven;
  }

  const services = yield* freshServices(core);
  if (services !== null) return novaUnreadable(services);
  // Nothing in nova's lists depends on forced_down, so they are read while it is set; an order waits for both.
  let forced: RoundEnd | null = null;
  const [reading] = yield* all<Read<Reading> | null>(
    [
      read(core, master, victim, anyToPlace(incident) ? null : incident.groups),
      (function* () {
        // Evacuations that nova has taken go on without it, and no further ones are ordered.
        if (!back) forced = yield* forceDown(core, master, incident);
        return null;
      })(),
    ],
    () => isActing(core, master),
  );
  if (forced !== null) return forced;
  if (reading === null || reading === undefined || !reading.ok)
    return novaUnreadable(reading?.why ?? 'no answer');
  if (isDoubtful(incident, reading.value)) return go(BUSY_ROUND_MS);
  if (!(yield* raiseMark(core, master, incident))) return notWritten(core, incident);
  // nova took its time: only what is known of the host now licenses an order.
  const since = factsOf(core, evidence);
  if (
    isAlive(incident.record, evidence, since) ||
    isBackWithNewBoot(incident.record, evidence, since) !== back
  )
    return go(0);
  if (!back || incident.before === null) noteBefore(incident, reading.value);
  incident.groups = reading.value.groups;
  const stop = brake(countForBrake(core, master, victim), incident.record.proof);
  const orders = planRound(core, master, incident, reading.value, {
    candidates: candidates(core, master, reading.value),
    // A host that is back keeps what has not been sent yet.
    sendNothing: back ? 'the host is back' : (stop ?? blindFor(core, master) ?? unread(reading.value)),
  });
  sendOrders(core, master, incident, orders);
  yield* confirmEnded(core, incident);
  reportProgress(core, incident, back);

  const open = [...incident.vms.values()].filter(
    ({ state }) => state === 'ordered' || state === 'evacuating',
  );
  if (back) {
    const settling = Math.max(open.length, openRows(incident));
    if (settling > 0)
      return held(
        hold('evacuations-settling', `${settling} evacuations from ${victim} are under way`),
        BUSY_ROUND_MS,
      );
    const written = yield* writeRecord(core, master, incident, { phase: 'returning', hold: null });
    return written ? go(0) : notWritten(core, incident);
  }
  if (stop !== null && [...incident.vms.values()].some(({ state }) => state === 'waiting'))
    return held(hold('brake', stop), BUSY_ROUND_MS);
  const busy = [...incident.vms.values()].some(
    ({ state }) => state === 'waiting' || state === 'ordered' || state === 'evacuating',
  );
  return go(busy || incident.vms.size === 0 ? BUSY_ROUND_MS : IDLE_ROUND_MS);
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
function noteBefore(incident: Incident, { servers, rows }: OnHost): void {
  const afterId = incident.record.migrationIdAtDeclaration ?? 0;
  const known = new Map(incident.before?.servers.map((server) => [server.vm, server]));
  for (const server of servers)
    if (!known.has(server.vm) || evacuationsAfter(rows, server.vm, afterId).length === 0)
      known.set(server.vm, server);
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
function openRows({ record, rows, vms }: Incident): number {
  return rows.filter(
    (row) =>
      row.source === record.victim &&
      isOpenEvacuation(row) &&
      vms.get(row.vm)?.deadRows.includes(row.id) !== true &&
      vms.get(row.vm)?.state !== 'recovered',
  ).length;
}

/** This host and every other as candidates; who is not fit says why. */
function candidates(core: Core, master: Mastership, reading: Reading): readonly CandidateHost[] {
  const { host: self, role, timing } = core.settings;
  const works = [...master.incidents.values()].flatMap(({ vms }) => [...vms.values()]);
  const describe = (host: HostName, unfit: string | null): CandidateHost => ({
    host,
    unfit,
    service: core.nova.services.find((service) => service.host === host) ?? null,
    capacity: reading.capacity?.find((free) => free.host === host) ?? null,
    load: works.filter(
      ({ target, state }) => target === host && (state === 'ordered' || state === 'evacuating'),
    ).length,
    placed: works.filter(({ target, state }) => target === host && state !== 'held').length,
  });
  const others = [...core.hosts.values()].map(({ host, said }) => {
    const verdict = master.judgements.get(host)?.verdict ?? 'unknown';
    const unfit =
      said?.role === 'control' ? 'is a control host' : verdict === 'online' ? null : `is ${verdict}`;
    return describe(host, unfit);
  });
  const ownVolumes = [...core.volumes.values()].every((volume) =>
    isWritable(volume, timing.beatMs, core.now),
  );
  return [
    ...others,
    describe(self, role === 'control' ? 'is a control host' : ownVolumes ? null : 'is degraded'),
  ];
}
