/** Gives orders and takes their outcomes. */
import { noteHearsay } from '../evidence/term.ts';
import type { Result } from '../input.ts';
import { start, type Task } from '../lib/task.ts';
import type { Mastership } from '../master/mastership.ts';
import { request } from '../requests.ts';
import { isActing, type Core } from '../state.ts';
import type { AgentIncarnation, HostName } from '../wire/records.ts';
import { LOOK_UP_DEADLINE_MS } from './check-before-effect.ts';
import { silentHosts, VALID_RENEWALS } from './check-ground.ts';
import { lastSeenOf } from './check-victim.ts';
import type { Incident, OpenOrder, VmWork } from './incident.ts';
import { agentOf, blocksWords, isIn } from './ordered-hosts.ts';
import { EVACUATE_DEADLINE_MS, type OrderOutcome, type RefusalCode, type RestartOrder } from './orders.ts';
import type { Reading } from './reading.ts';
import { highestId } from './rows.ts';
import type { PlannedOrder } from './place-vms.ts';
import { delay } from './plan.ts';

/** Its answer takes as long as nova's, and a little. */
const ORDER_DEADLINE_MS = EVACUATE_DEADLINE_MS + 15_000;

/** Planned anew at once: between two plans of one round its agent has become another. */
const NOT_NAMED = 'the record of the incident does not name its host yet';

/** To hosts that the incident's record names. */
export function sendOrders(
  core: Core,
  master: Mastership,
  incident: Incident,
  { rows }: Reading,
  planned: readonly PlannedOrder[],
): void {
  for (const { work, target } of planned) {
    const address =
      target === core.settings.host ? core.settings.address : core.hosts.get(target)?.said?.address;
    const agent = agentOf(core, target);
    if (address === undefined || agent === undefined) continue;
    if (!isIn(incident.record.ordered, { host: target, agent })) {
      Object.assign(work, { state: 'waiting', target: null, reason: NOT_NAMED });
      continue;
    }
    work.attempt += 1;
    const open: OpenOrder = {
      order: write(core, master, incident, work, agent),
      to: { host: target, agent, goneMs: null },
      outcome: null,
      newestRow: highestId(rows.filter((row) => row.vm === work.vm)),
      expiredMs: null,
    };
    Object.assign(work, { state: 'ordered', target, reason: null, order: open });
    incident.sent = true;
    core.outbox.push({ do: 'journal', event: 'order', data: { ...open.order, target } });
    start(send(core, work, open, { host: target, address }), () => isActing(core, master));
  }
}

function write(
  core: Core,
  master: Mastership,
  { record }: Incident,
  work: VmWork,
  agent: AgentIncarnation,
): RestartOrder {
  return {
    id: `${record.id}/${work.vm}/${master.term}.${work.attempt}.${core.requests.nextId}`,
    term: master.term,
    master: core.settings.host,
    agent,
    incident: record.id,
    victim: record.victim,
    vm: work.vm,
    attempt: work.attempt,
    deadRows: work.deadRows,
    mustBeSilent: silentHosts(core, master, work.mustBeSilent),
    lastSeen: lastSeenOf(core, record.victim),
    leaseSeen: core.coordination.lease.stamp(core),
    // What takes the longest is to look into nova first; a slow one must not use up all of the order's time.
    validRenewals: VALID_RENEWALS + Math.ceil(LOOK_UP_DEADLINE_MS / core.settings.timing.beatMs),
  };
}

function* send(
  core: Core,
  work: VmWork,
  open: OpenOrder,
  to: { readonly host: HostName; readonly address: Core['settings']['address'] },
): Task<void> {
  const result = yield* request(
    core,
    { do: 'order', to, order: open.order, deadlineMs: ORDER_DEADLINE_MS },
    ORDER_DEADLINE_MS + core.settings.timing.beatMs,
  );
  const ended = result === null ? { lost: 'no answer by the deadline' } : outcomeOf(result);
  core.outbox.push({
    do: 'journal',
    event: 'outcome',
    data: { order: open.order.id, vm: work.vm, target: open.to.host, ...ended },
  });
  if (work.order !== open) return;
  if ('surelyNot' in ended) {
    work.order = null;
    delay(core, work, `${open.to.host} could not be reached: ${ended.surelyNot}`);
    avoid(core, work, open.to.host, ended.surelyNot);
  } else if ('lost' in ended) {
    open.outcome = 'lost';
    work.reason = `${open.to.host} did not answer: ${ended.lost}; ${blocksWords(open.to.host)}`;
    avoid(core, work, open.to.host, `did not answer: ${ended.lost}`);
  } else {
    take(core, work, open, ended.outcome);
  }
}

/** Least time for which a host that could not take an order is left to others. */
const AVOIDED_MS = 30_000;

/** Out of reach is not out of order. But it must last beyond the next try, which another host is to get. */
function avoid(core: Core, work: VmWork, host: HostName, reason: string): void {
  const untilMs = core.now + Math.max(AVOIDED_MS, 2 * (work.notBeforeMs - core.now));
  work.avoided.set(host, { untilMs, reason });
}

type Ended = { readonly surelyNot: string } | { readonly lost: string } | { readonly outcome: OrderOutcome };

function outcomeOf(result: Extract<Result, { readonly of: 'order' }>): Ended {
  if (result.outcome !== null) return { outcome: result.outcome };
  return result.arrived === 'surely-not' ? { surelyNot: result.detail } : { lost: result.detail };
}

/** Refusals that say something about the slave, not about the VM: another host may do better at once. */
const OF_THE_HOST: ReadonlySet<RefusalCode> = new Set([
  'not-online',
  'busy',
  'nova-unreadable',
  // It took longer than it had.
  'expired',
  'intent-not-written',
  'lease-unreadable',
  'incident-unreadable',
  'victim-unreadable',
  'stopping',
]);

function take(core: Core, work: VmWork, open: OpenOrder, outcome: OrderOutcome): void {
  open.outcome = outcome;
  switch (outcome.outcome) {
    case 'accepted':
      work.state = 'evacuating';
      work.reason = 'nova accepted it';
      return;
    case 'refused':
      work.order = null;
      // It may read what this host does not: of the next term nobody has seen a higher one.
      if (outcome.term !== undefined) noteHearsay(core, outcome.term);
      delay(core, work, `${open.to.host} refused: ${outcome.code}, ${outcome.detail}`);
      if (OF_THE_HOST.has(outcome.code)) avoid(core, work, open.to.host, `refused: ${outcome.code}`);
      return;
    case 'rejected':
      work.order = null;
      delay(core, work, `nova refused: ${outcome.failure.detail}`);
      avoid(core, work, open.to.host, `nova refused: ${outcome.failure.detail}`);
      return;
    case 'unknown':
      work.reason = `nova did not answer ${open.to.host}: ${outcome.detail}; ${blocksWords(open.to.host)}`;
      return;
  }
}
