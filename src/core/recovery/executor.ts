/**
 * The slave's side of an order: have nova evacuate a VM to this host, exactly once.
 *
 *   intent written on a majority ──► lease, incident, victim, nova's records read ──► POST ──► row seen ──► intent cleared
 *
 * The intent is written *first* and the lease read *then*; a new master writes its claim first and reads the intents
 * then: one side always sees the other. An intent is cleared only when nothing of it can still happen unseen.
 */
import { leaseVolumes, majorityOf } from '../election/lease.ts';
import { rival } from '../election/seats.ts';
import type { RequestId } from '../input.ts';
import { all, start, type Task } from '../lib/task.ts';
import { hearsMaster } from '../link/link.ts';
import { publishIntents } from '../publish.ts';
import { request, sleep } from '../requests.ts';
import type { Core } from '../state.ts';
import type { OwnVolume } from '../volumes.ts';
import type { CellObservation, SeatObservation, SlotObservation } from '../wire/observations.ts';
import type { Intent } from '../wire/records.ts';
import { mayStillHappen } from './cloud.ts';
import { highestRecord } from './incident.ts';
import { MAX_ORDERS_AT_ONCE, type OrderOutcome, type RefusalCode, type RestartOrder } from './orders.ts';
import { askCloud } from './ask-cloud.ts';
import { evacuationsAfter, isOpenEvacuation, isOpenLiveMigration } from './rows.ts';
import { EVACUATE_DEADLINE_MS } from './send-orders.ts';

/** Orders remembered so that none is executed twice. */
const MAX_ORDERS_REMEMBERED = 1_024;
/** Look-ups for the row of an unanswered request are this far apart. */
const LOOK_UP_EVERY_MS = 2_000;
const LOOK_UP_DEADLINE_MS = 10_000;

export interface Executor {
  /** Open intents by VM, as they stand in the own slot. */
  readonly intents: Map<string, Intent>;
  /** Ids of orders begun, oldest first. */
  readonly begun: Set<string>;
  /** Intents of a former life of this agent; nobody knows how far it got. */
  inherited: boolean;
}

export function createExecutor(): Executor {
  return { intents: new Map(), begun: new Set(), inherited: false };
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
  if (refusal !== null) answer(refusal);
  else start(execute(core, id, order, answer), () => true);
}

const refused = (code: RefusalCode, detail: string): OrderOutcome => ({ outcome: 'refused', code, detail });

function refuseAtOnce(core: Core, order: RestartOrder): OrderOutcome | null {
  const { executor, settings } = core;
  if (order.term < core.termSeen)
    return refused('old-term', `term ${order.term} is over: the highest seen is ${core.termSeen}`);
  core.termSeen = order.term;
  if (core.leaving !== null) return refused('stopping', 'this agent is stopping');
  if (settings.role !== 'compute') return refused('not-online', 'this host runs no nova-compute');
  if (!hearsMaster(core)) return refused('not-online', 'this host does not hear the master over the network');
  if (executor.begun.has(order.id)) return refused('busy', 'this order was begun before');
  if (executor.intents.has(order.vm))
    return refused('busy', 'an earlier order for this VM is still open here');
  if (executor.intents.size >= MAX_ORDERS_AT_ONCE)
    return refused('busy', `${MAX_ORDERS_AT_ONCE} orders are open here`);
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
  const refusal = (yield* publishIntents(core))
    ? yield* checkBeforeEffect(core, id, order)
    : refused('intent-not-written', 'the intent could not be written to a majority of the lease volumes');
  if (refusal !== null) {
    yield* clearIntent(core, vm);
    answer(refusal);
    return;
  }
  executor.intents.set(vm, { incident, vm, attempt, term, phase: 'posted' });
  const postedMs = core.now;
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
  yield* awaitRow(core, id, order, postedMs);
  yield* clearIntent(core, vm);
}

/** The row, or the certainty that none comes: only look-ups until then, one last after the bound. */
function* awaitRow(
  core: Core,
  id: RequestId,
  { vm, afterMigrationId }: RestartOrder,
  postedMs: number,
): Task<void> {
  for (;;) {
    const begunMs = core.now;
    const rows = yield* askCloud(core, { call: 'list-migrations', vm }, id, LOOK_UP_DEADLINE_MS);
    if (rows.ok) {
      if (
        evacuationsAfter(rows.value, vm, afterMigrationId).some(
          ({ target }) => target === core.settings.host || target === null,
        )
      )
        return;
      if (begunMs - postedMs > core.settings.timing.openRequestMs) return;
    } else if (rows.failure.code === 'not-found') {
      return;
    } else if (begunMs - postedMs > 2 * core.settings.timing.openRequestMs) {
      // The token of the order may be gone; by now nothing can still be executed.
      return;
    }
    yield* sleep(core, LOOK_UP_EVERY_MS);
  }
}

function remember(executor: Executor, id: string): void {
  executor.begun.add(id);
  const oldest = executor.begun.values().next().value;
  if (executor.begun.size > MAX_ORDERS_REMEMBERED && oldest !== undefined) executor.begun.delete(oldest);
}

function* clearIntent(core: Core, vm: string): Task<void> {
  core.executor.intents.delete(vm);
  yield* publishIntents(core);
}

interface VolumeRead {
  readonly volume: OwnVolume;
  readonly seats: readonly SeatObservation[];
  readonly slots: readonly SlotObservation[];
  readonly cells: readonly CellObservation[];
}

/** Everything that licenses the effect, read anew after the intent was written. */
function* checkBeforeEffect(core: Core, id: RequestId, order: RestartOrder): Task<OrderOutcome | null> {
  const volumes = [...core.volumes.values()].filter(({ connected }) => connected);
  let nova: OrderOutcome | null = refused('nova-unreadable', 'nova did not answer');
  const [reads] = yield* all<readonly (VolumeRead | null)[] | null>(
    [
      all(
        volumes.map((volume) => readVolume(core, volume)),
        () => true,
      ),
      (function* () {
        nova = yield* checkNova(core, id, order);
        return null;
      })(),
    ],
    () => true,
  );
  const good = (reads ?? []).filter((read) => read !== null);
  return (
    checkLease(core, order, good) ?? checkIncident(core, order, good) ?? checkVictim(order, good) ?? nova
  );
}

function* readVolume(core: Core, volume: OwnVolume): Task<VolumeRead | null> {
  const read = yield* request(
    core,
    { do: 'read-volume', volume: volume.name, what: ['seats', 'slots', 'cells'] },
    2 * core.settings.timing.beatMs,
  );
  if (read === null || !read.ok || read.seats === null || read.slots === null || read.cells === null)
    return null;
  return { volume, seats: read.seats, slots: read.slots, cells: read.cells };
}

function leaseReads(core: Core, reads: readonly VolumeRead[]): readonly VolumeRead[] | null {
  const lease = reads.filter(({ volume }) => volume.lease);
  return lease.length >= majorityOf(leaseVolumes(core.volumes.values()).length) ? lease : null;
}

function checkLease(core: Core, order: RestartOrder, reads: readonly VolumeRead[]): OrderOutcome | null {
  const lease = leaseReads(core, reads);
  if (lease === null)
    return refused('lease-unreadable', 'the lease cannot be read on a majority of the lease volumes');
  let holding = 0;
  for (const { volume, seats } of lease) {
    const newer = rival(seats, order.master, NOBODY, order.term + 1);
    if (newer !== null) return refused('old-term', `${newer.host} has term ${newer.term}`);
    const seen = order.leaseSeen.find(({ volumeUuid }) => volumeUuid === volume.uuid);
    const seat = seats.find((candidate) => candidate.state === 'read' && candidate.index === seen?.seat);
    if (seen === undefined || seat === undefined || seat.state !== 'read') continue;
    if (seat.body.term !== order.term || seat.body.phase !== 'holding')
      return refused('old-term', `${order.master} no longer holds term ${order.term}`);
    if (
      seat.header.incarnation !== seen.incarnation ||
      seat.header.counter > seen.counter + order.validRenewals
    ) {
      return refused('expired', 'the order is older than it may be by the seat of the master');
    }
    holding += 1;
  }
  const needed = majorityOf(leaseVolumes(core.volumes.values()).length);
  return holding >= needed
    ? null
    : refused('lease-unreadable', `the seat of ${order.master} is not on a majority of the lease volumes`);
}

const NOBODY = '';

function checkIncident(core: Core, order: RestartOrder, reads: readonly VolumeRead[]): OrderOutcome | null {
  const lease = leaseReads(core, reads) ?? [];
  const records = lease.flatMap(({ cells }) =>
    cells.flatMap((cell) => (cell.state === 'read' && cell.body.victim === order.victim ? [cell.body] : [])),
  );
  const record = highestRecord(records);
  if (record === null)
    return refused('incident-unreadable', `no incident of ${order.victim} is on the lease volumes`);
  if (
    record.id !== order.incident ||
    record.phase !== 'evacuating' ||
    record.proof === null ||
    record.term !== order.term
  ) {
    return refused(
      'incident-not-open',
      `the incident of ${order.victim} is ${record.id}, ${record.phase}, of term ${record.term}`,
    );
  }
  return null;
}

/** Anything later in its slot than what the master saw is life, of whatever boot. */
function checkVictim(order: RestartOrder, reads: readonly VolumeRead[]): OrderOutcome | null {
  let read = 0;
  for (const { volume, slots } of reads) {
    const seen = order.lastSeen.find(({ volumeUuid }) => volumeUuid === volume.uuid);
    const slot = slots.find((candidate) => candidate.state === 'read' && candidate.host === order.victim);
    if (seen === undefined || slot === undefined || slot.state !== 'read') continue;
    read += 1;
    const { incarnation, counter } = slot.header;
    if (incarnation > seen.incarnation || (incarnation === seen.incarnation && counter > seen.counter)) {
      return refused('victim-alive', `${order.victim} writes to volume ${volume.name}`);
    }
  }
  return read > 0
    ? null
    : refused('victim-unreadable', `the slot of ${order.victim} cannot be read on any volume`);
}

function* checkNova(core: Core, id: RequestId, order: RestartOrder): Task<OrderOutcome | null> {
  let server: OrderOutcome | null = null;
  const [rows] = yield* all(
    [
      askCloud(core, { call: 'list-migrations', vm: order.vm }, id, LOOK_UP_DEADLINE_MS),
      (function* () {
        const found = yield* askCloud(core, { call: 'get-server', vm: order.vm }, id, LOOK_UP_DEADLINE_MS);
        if (!found.ok) server = refused('nova-unreadable', found.failure.detail);
        else if (found.value.host !== order.victim)
          server = refused('vm-not-on-victim', `nova places it on ${found.value.host}`);
        return null;
      })(),
    ],
    () => true,
  );
  if (rows === null || rows === undefined) return refused('nova-unreadable', 'nova did not answer');
  if (!rows.ok) return refused('nova-unreadable', rows.failure.detail);
  const open = rows.value.find((row) => isOpenEvacuation(row) && !order.deadRows.includes(row.id));
  if (open !== undefined) return refused('evacuation-open', `evacuation ${open.id} of it is ${open.status}`);
  const live = rows.value.find(isOpenLiveMigration);
  if (live !== undefined)
    return refused('live-migration-open', `live migration ${live.id} of it is ${live.status}`);
  return server;
}

/**
 * Intents that a former life of this agent left in its slot. Nobody knows how far it got, so they stay until nothing
 * of them can still be executed: nova's records show whatever has come of them.
 */
export function inheritIntents(core: Core, intents: readonly Intent[]): void {
  const { executor } = core;
  for (const intent of intents) {
    if (executor.intents.has(intent.vm) || executor.begun.size > 0) continue;
    executor.intents.set(intent.vm, intent);
    start(letGo(core, intent), () => true);
  }
}

function* letGo(core: Core, intent: Intent): Task<void> {
  yield* sleep(core, core.settings.timing.openRequestMs);
  if (core.executor.intents.get(intent.vm) === intent) yield* clearIntent(core, intent.vm);
}
