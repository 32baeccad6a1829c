/**
 * The slave's side of an order: have nova evacuate a VM to this host, exactly once.
 *
 *   intent written on a majority ──► lease, incident, victim, nova's records read ──► intent says `posted` ──► POST
 *                                                                          intent cleared ◄── row seen ◄──┘
 *
 * The intent is written *first* and the lease read *then*; a new master writes its claim first and reads the intents
 * then: one side always sees the other. An intent is cleared only when nothing of it can still happen unseen.
 */
import type { RequestId } from '../input.ts';
import { start, type Task } from '../lib/task.ts';
import { hearsMaster } from '../link/link.ts';
import { sleep } from '../requests.ts';
import type { Core } from '../state.ts';
import type { Intent, SlotBody } from '../wire/records.ts';
import { askCloud } from './ask-cloud.ts';
import { checkBeforeEffect, type Checked, LOOK_UP_DEADLINE_MS } from './check-before-effect.ts';
import { mayStillHappen } from './cloud.ts';
import {
  EVACUATE_DEADLINE_MS,
  MAX_ORDERS_AT_ONCE,
  refused,
  type OrderOutcome,
  type RestartOrder,
} from './orders.ts';
import { evacuationsAfter } from './rows.ts';
import { stillSentMs, unansweredMs } from './still-sent.ts';

/** Orders remembered so that none is executed twice. */
const MAX_ORDERS_REMEMBERED = 1_024;
/** Look-ups for the row of an unanswered request are this far apart. */
const LOOK_UP_EVERY_MS = 2_000;

export interface Executor {
  /** Open intents by VM, as they stand in the own slot. */
  readonly intents: Map<string, Intent>;
  /** Ids of orders begun, oldest first. */
  readonly begun: Set<string>;
}

export function createExecutor(): Executor {
  return { intents: new Map(), begun: new Set() };
}

export function executeOrder(core: Core, id: RequestId, order: RestartOrder): void {
  const answer = (outcome: OrderOutcome): void => {
    core.outbox.push({
      do: 'journal',
      event: 'executed',
      data: { order: order.id, vm: order.vm, ...outcome },
    });
    core.outbox.push({ do: 'answer', id, answer: { to: 'restart', outcome } });
  };
  const refusal = refuseAtOnce(core, order);
  if (refusal !== null) {
    answer(refusal);
    core.outbox.push({ do: 'forget-token', onBehalfOf: id });
  } else start(executeAndForget(core, id, order, answer), () => true);
}

function* executeAndForget(...[core, id, order, answer]: Parameters<typeof execute>): Task<void> {
  yield* execute(core, id, order, answer);
  core.outbox.push({ do: 'forget-token', onBehalfOf: id });
}

function refuseAtOnce(core: Core, order: RestartOrder): OrderOutcome | null {
  const { executor, settings } = core;
  if (order.term < core.termSeen) {
    const detail = `term ${order.term} is over: the highest seen is ${core.termSeen}`;
    return refused('old-term', detail, core.termSeen);
  }
  core.termSeen = order.term;
  const away = refuseAway(core);
  if (away !== null) return away;
  if (order.agent !== settings.agent)
    return refused('expired', 'it was given to the agent that ran on this host before');
  // It could write over what it has not read yet.
  if (!core.coordination.intents.isKnown(core))
    return refused(
      'intent-not-written',
      'a majority of the lease volumes has not told yet what stands there',
    );
  if (settings.role !== 'compute') return refused('not-online', 'this host runs no nova-compute');
  if (!hearsMaster(core)) return refused('not-online', 'this host does not hear the master over the network');
  if (executor.begun.has(order.id)) return refused('busy', 'this order was begun before');
  if (executor.intents.has(order.vm))
    return refused('busy', 'an earlier order for this VM is still open here');
  if (executor.intents.size >= MAX_ORDERS_AT_ONCE)
    return refused('busy', `${MAX_ORDERS_AT_ONCE} orders are open here`);
  return null;
}

/** Asked again before each further step: whoever was told that it leaves counts on it. */
function refuseAway({ leaving, maintenance }: Core): OrderOutcome | null {
  if (leaving !== null) return refused('stopping', 'this agent is stopping');
  if (maintenance.declared !== null) return refused('not-online', 'maintenance was declared on this host');
  return null;
}

function* execute(
  core: Core,
  id: RequestId,
  order: RestartOrder,
  answer: (outcome: OrderOutcome) => void,
): Task<void> {
  const { executor } = core;
  remember(executor, order.id);
  const { incident, vm, attempt, term } = order;
  executor.intents.set(vm, { incident, vm, attempt, term, phase: 'intended' });
  const unwritten = yield* writeIntents(core);
  const checked: Checked =
    unwritten === null ? yield* checkBeforeEffect(core, id, order) : { refusal: unwritten, newestRow: 0 };
  const refusal =
    checked.refusal ?? refuseAway(core) ?? (yield* notePosting(core, order)) ?? refuseAway(core);
  if (refusal !== null) {
    yield* clearIntent(core, vm);
    answer(refusal);
    return;
  }
  const posted = yield* askCloud(
    core,
    { call: 'evacuate', vm, target: core.settings.host },
    id,
    EVACUATE_DEADLINE_MS,
  );
  if (posted.ok) {
    answer({ outcome: 'accepted', migrationId: null });
  } else if (!mayStillHappen(posted.failure)) {
    yield* clearIntent(core, vm);
    answer({ outcome: 'rejected', failure: posted.failure });
    return;
  } else {
    answer({ outcome: 'unknown', detail: posted.failure.detail });
  }
  // This agent may have stood still anywhere in between, and have handed it over a moment ago.
  yield* awaitRow(core, id, vm, checked.newestRow, core.now + stillSentMs(posted));
  yield* clearIntent(core, vm);
}

/** The row, or the certainty that none comes: only look-ups until then, one last after the bound. */
function* awaitRow(core: Core, id: RequestId, vm: string, newestRow: number, sentMs: number): Task<void> {
  for (;;) {
    const begunMs = core.now;
    const rows = yield* askCloud(core, { call: 'list-migrations', vm }, id, LOOK_UP_DEADLINE_MS);
    if (rows.ok) {
      if (
        evacuationsAfter(rows.value, vm, newestRow).some(
          ({ target }) => target === core.settings.host || target === null,
        )
      )
        return;
      if (begunMs - sentMs > core.settings.timing.openRequestMs) return;
    } else if (begunMs - sentMs > 2 * core.settings.timing.openRequestMs) {
      // The token of the order may be gone; by now nothing can still be executed.
      return;
    }
    yield* sleep(core, LOOK_UP_EVERY_MS);
  }
}

function* writeIntents(core: Core): Task<OrderOutcome | null> {
  if (yield* core.coordination.intents.write(core)) return null;
  return refused('intent-not-written', 'the intent could not be written to a majority of the lease volumes');
}

/** An intent found later that does not say `posted` was never sent, and need not be waited for. */
function* notePosting(core: Core, { incident, vm, attempt, term }: RestartOrder): Task<OrderOutcome | null> {
  core.executor.intents.set(vm, { incident, vm, attempt, term, phase: 'posted' });
  return yield* writeIntents(core);
}

/** Nothing has come of them, and nothing will. */
export function dropIntended({ intents }: Executor): void {
  for (const { vm, phase } of intents.values()) if (phase === 'intended') intents.delete(vm);
}

function remember(executor: Executor, id: string): void {
  executor.begun.add(id);
  const oldest = executor.begun.values().next().value;
  if (executor.begun.size > MAX_ORDERS_REMEMBERED && oldest !== undefined) executor.begun.delete(oldest);
}

function* clearIntent(core: Core, vm: string): Task<void> {
  core.executor.intents.delete(vm);
  yield* core.coordination.intents.write(core);
}

/**
 * Intents that a former life of this agent left in its slot. What was not about to be sent goes with that life; the
 * rest stays until nothing of it can still be executed: nova's records show whatever has come of it.
 */
export function inheritIntents(core: Core, body: SlotBody): void {
  if (body.agent === core.settings.agent) return;
  for (const intent of body.intents) {
    if (intent.phase === 'intended' || core.executor.intents.has(intent.vm)) continue;
    core.executor.intents.set(intent.vm, intent);
    start(letGo(core, intent), () => true);
  }
}

function* letGo(core: Core, intent: Intent): Task<void> {
  yield* sleep(core, unansweredMs(core.settings));
  if (core.executor.intents.get(intent.vm) === intent) yield* clearIntent(core, intent.vm);
}
