/**
 * One round of evacuating a failed host: force it down, read what nova says, decide for each VM, send the orders that
 * may be sent. A round whose reading failed takes no action.
 */
import { isWritable } from '../volumes.ts';
import { all, type Task } from '../lib/task.ts';
import { countForBrake, factsOf } from '../master/judge.ts';
import type { Mastership } from '../master/mastership.ts';
import { isActing, type Core } from '../state.ts';
import { brake } from '../verdict/brake.ts';
import type { HostName } from '../wire/records.ts';
import type { CandidateHost } from './candidates.ts';
import { hold, type Hold } from './holds.ts';
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
import { askCloud } from './ask-cloud.ts';
import { noteComeback, proveAgain } from './comeback.ts';
import { forceDown, setForcedDown } from './force-down.ts';
import { isAlive, isBackWithNewBoot } from './life.ts';
import { planRound } from './plan.ts';
import { reportProgress } from './progress-reports.ts';
import { freshServices, type Read, type Reading, read } from './reading.ts';
import { sendOrders } from './send-orders.ts';
import { isOpenEvacuation } from './rows.ts';

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
      read(core, master, victim),
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
  // nova took its time: only what is known of the host now licenses an order.
  const since = factsOf(core, evidence);
  if (
    isAlive(incident.record, evidence, since) ||
    isBackWithNewBoot(incident.record, evidence, since) !== back
  )
    return go(0);
  if (!back || incident.before === null) incident.before = reading.value;
  incident.rows = reading.value.rows;
  const stop = brake(countForBrake(core, master, victim), incident.record.proof);
  const orders = planRound(core, master, incident, reading.value, {
    candidates: candidates(core, master, reading.value),
    // A host that is back keeps what has not been sent yet.
    sendNothing: back ? 'the host is back' : (stop ?? blind(core, master)),
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

/** A slot that could not be read at the take-over may hold an intent of its host. */
function blind(core: Core, master: Mastership): string | null {
  const leftMs = master.blindUntilMs - core.now;
  if (leftMs <= 0) return null;
  return `a slot was damaged when this master took over; waiting ${Math.ceil(leftMs / 1000)} s for what its host may have asked of nova`;
}

/** Evacuations of the victim that may still end, by nova's records. */
function openRows({ record, rows, vms }: Incident): number {
  return rows.filter(
    (row) =>
      row.source === record.victim &&
      isOpenEvacuation(row) &&
      vms.get(row.vm)?.deadRows.includes(row.id) !== true,
  ).length;
}

/** Whatever the proof: life with the old boot id stops everything further, also when it falls silent again. */
function* afterLife(core: Core, master: Mastership, incident: Incident): Task<RoundEnd> {
  if (incident.sent) {
    incident.confirmedAgainBy = null;
    if (
      incident.record.hold !== 'life-after-failed' &&
      !(yield* writeRecord(core, master, incident, { hold: 'life-after-failed' }))
    )
      return notWritten(core, incident);
    return held(lifeAfterFailed(incident), BUSY_ROUND_MS);
  }
  if (incident.record.forcedDownBy === 'vigil') {
    const undone = yield* setForcedDown(core, incident.record.victim, false);
    if (undone !== null) return held(hold('force-up-refused', undone), BUSY_ROUND_MS);
  }
  const written = yield* writeRecord(core, master, incident, { phase: 'closed' });
  return written ? go(0) : notWritten(core, incident);
}

function lifeAfterFailed({ record, vms }: Incident): Hold {
  const moved = [...vms.values()].filter(({ state }) => state !== 'not-recovered' && state !== 'waiting');
  const names = moved.map(
    ({ name, vm, target }) => `${name} (${vm})${target === null ? '' : ` also on ${target}`}`,
  );
  const words = `${record.victim} was declared failed and showed life with the same boot; these VMs may run twice: ${names.join(', ') || 'unknown'}`;
  return hold('life-after-failed', words);
}

/** Its proof was wrong once: now only somebody's name will do. Null when it was given. */
function* releaseAfterLife(core: Core, master: Mastership, incident: Incident): Task<RoundEnd | null> {
  const { confirmedAgainBy } = incident;
  if (confirmedAgainBy === null) return held(lifeAfterFailed(incident), BUSY_ROUND_MS);
  const change = { hold: null, proof: 'operator', confirmedBy: confirmedAgainBy } as const;
  return (yield* writeRecord(core, master, incident, change)) ? null : notWritten(core, incident);
}

/** This host and every other as candidates; who is not fit says why. */
function candidates(core: Core, master: Mastership, reading: Reading): readonly CandidateHost[] {
  const { host: self, role, timing } = core.settings;
  const works = [...master.incidents.values()].flatMap(({ vms }) => [...vms.values()]);
  const describe = (host: HostName, unfit: string | null): CandidateHost => ({
    host,
    unfit,
    service: core.nova.services.find((service) => service.host === host) ?? null,
    capacity: reading.capacity.find((free) => free.host === host) ?? null,
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

/** A VM is recovered only when nova says that it runs on the new host. */
function* confirmEnded(core: Core, incident: Incident): Task<void> {
  const ended = [...incident.vms.values()].filter(
    ({ state, reason }) => state === 'evacuating' && reason === ENDED,
  );
  yield* all(
    ended.slice(0, MAX_CONFIRMED_AT_ONCE).map((work) => confirm(core, incident.record.victim, work)),
    () => true,
  );
}

/** Marks a VM whose row is done and whose state on the new host is still to be read. */
export const ENDED = 'nova has rebuilt it; waiting until it is ACTIVE';
/** Its owner deleted it meanwhile: nothing is left to recover. */
export const DELETED = 'it was deleted after nova had rebuilt it';
const MAX_CONFIRMED_AT_ONCE = 8;

function* confirm(
  core: Core,
  victim: HostName,
  work: Incident['vms'] extends Map<string, infer Work> ? Work : never,
): Task<void> {
  const answer = yield* askCloud(core, { call: 'get-server', vm: work.vm });
  if (!answer.ok) {
    if (answer.failure.code === 'not-found') Object.assign(work, { state: 'not-recovered', reason: DELETED });
    return;
  }
  const { status, host, taskState } = answer.value;
  if (host === victim) return;
  // Whatever its owner has done with it since, nova's part is over; an error is for a person.
  const runs = taskState === null && status !== 'ERROR' && status !== 'REBUILD';
  // Moved on since, or its new host has failed, too: what becomes of it now is that host's incident.
  const movedOn = host !== work.target || core.master?.incidents.has(host) === true;
  if (runs || movedOn) {
    work.state = 'recovered';
    work.reason = null;
  } else if (status === 'ERROR' && taskState === null) {
    Object.assign(work, { state: 'held', reason: `nova shows it in ERROR on ${host}: look at it there` });
  }
}
