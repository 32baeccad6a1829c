/**
 * One round of evacuating a failed host: force it down, read what nova says, decide for each VM, send the orders that
 * may be sent. A round whose reading failed takes no action.
 */
import { isWritable } from '../volumes.ts';
import { noteServices, noteTouched } from '../evidence/nova-witness.ts';
import { all, type Task } from '../lib/task.ts';
import { countForBrake, factsOf } from '../master/judge.ts';
import type { Mastership } from '../master/mastership.ts';
import { isActing, type Core } from '../state.ts';
import { brake } from '../verdict/brake.ts';
import type { HostName } from '../wire/records.ts';
import type { CandidateHost } from './candidates.ts';
import type {
  CloudAnswer,
  CloudCall,
  CloudResults,
  HostCapacity,
  Migration,
  Server,
  ServerGroup,
} from './cloud.ts';
import { hold } from './holds.ts';
import { writeRecord, type Incident } from './incident.ts';
import { go, held, notWritten, novaUnreadable, type RoundEnd } from './round-end.ts';
import { askCloud } from './ask-cloud.ts';
import { isAlive, isBackWithNewBoot } from './life.ts';
import { planRound } from './plan.ts';
import { reportProgress } from './progress-reports.ts';
import { sendOrders } from './send-orders.ts';
import { isOpenEvacuation } from './rows.ts';

/** While VMs wait or move, and when all are settled. */
const BUSY_ROUND_MS = 1_000;
const IDLE_ROUND_MS = 10_000;
/** The witness reads the service list anyway; a list this young need not be read again. */
const SERVICES_FRESH_MS = 3_000;

export interface Reading {
  readonly servers: readonly Server[];
  readonly rows: readonly Migration[];
  readonly capacity: readonly HostCapacity[];
  readonly groups: readonly ServerGroup[];
}

export function* evacuationRound(core: Core, master: Mastership, incident: Incident): Task<RoundEnd> {
  const { victim } = incident.record;
  const evidence = core.hosts.get(victim);
  if (evidence === undefined) return go(IDLE_ROUND_MS);
  const facts = factsOf(core, evidence);
  const back = isBackWithNewBoot(incident.record, evidence, facts);
  if (!back && isAlive(incident.record, evidence, facts)) return yield* afterLife(core, master, incident);
  if (!back && (facts.witness === 'agent-heard' || facts.witness === 'nova-compute-alive')) {
    return held(
      hold('life-signs', `${victim} shows life (${facts.witnesses.join(', ')}), of unknown boot`),
      BUSY_ROUND_MS,
    );
  }

  const services = yield* freshServices(core);
  if (services !== null) return novaUnreadable(services);
  // Nothing in nova's lists depends on forced_down, so they are read while it is set; an order waits for both.
  let forced: RoundEnd | null = null;
  const [reading] = yield* all<Read | null>(
    [
      read(core, master, victim),
      (function* () {
        forced = yield* forceDown(core, master, incident);
        return null;
      })(),
    ],
    () => isActing(core, master),
  );
  if (forced !== null) return forced;
  if (reading === null || reading === undefined || !reading.ok)
    return novaUnreadable(reading?.why ?? 'no answer');
  incident.servers = reading.value.servers;
  incident.rows = reading.value.rows;
  const stop = brake(countForBrake(core, master, victim), incident.record.proof);
  const orders = planRound(core, master, incident, reading.value, {
    candidates: candidates(core, master, reading.value),
    // A host that is back keeps what has not been sent yet.
    sendNothing: back ? 'the host is back' : stop,
  });
  sendOrders(core, master, incident, orders);
  yield* confirmEnded(core, incident);
  reportProgress(core, incident);

  const open = [...incident.vms.values()].filter(
    ({ state }) => state === 'ordered' || state === 'evacuating',
  );
  if (back) {
    const settling =
      open.length > 0 || incident.rows.some((row) => row.source === victim && isOpenEvacuation(row));
    if (settling)
      return held(
        hold('evacuations-settling', `${open.length} evacuations from ${victim} are under way`),
        BUSY_ROUND_MS,
      );
    const written = yield* writeRecord(core, master, incident, { phase: 'returning' });
    return written ? go(0) : notWritten(core, incident);
  }
  if (stop !== null && [...incident.vms.values()].some(({ state }) => state === 'waiting'))
    return held(hold('brake', stop), BUSY_ROUND_MS);
  const busy = [...incident.vms.values()].some(
    ({ state }) => state === 'waiting' || state === 'ordered' || state === 'evacuating',
  );
  return go(busy || incident.vms.size === 0 ? BUSY_ROUND_MS : IDLE_ROUND_MS);
}

/** Whatever the proof: life with the old boot id stops everything further. */
function* afterLife(core: Core, master: Mastership, incident: Incident): Task<RoundEnd> {
  const { victim } = incident.record;
  if (incident.sent) {
    const moved = [...incident.vms.values()].filter(
      ({ state }) => state !== 'not-recovered' && state !== 'waiting',
    );
    const names = moved.map(
      ({ name, vm, target }) => `${name} (${vm})${target === null ? '' : ` also on ${target}`}`,
    );
    const words = `${victim} was declared failed and shows life with the same boot; these VMs may run twice: ${names.join(', ') || 'unknown'}`;
    return held(hold('life-after-failed', words), BUSY_ROUND_MS);
  }
  if (incident.record.forcedDownBy === 'vigil') {
    const undone = yield* setForcedDown(core, victim, false);
    if (undone !== null) return held(hold('force-up-refused', undone), BUSY_ROUND_MS);
  }
  const written = yield* writeRecord(core, master, incident, { phase: 'closed' });
  return written ? go(0) : notWritten(core, incident);
}

/** Services as nova showed them within the last seconds; null when core.nova has them, else why not. */
function* freshServices(core: Core): Task<string | null> {
  const { nova } = core;
  if (nova.readMs !== null && core.now - nova.readMs <= SERVICES_FRESH_MS) return null;
  const begunMs = core.now;
  const answer = yield* askCloud(core, { call: 'list-services' });
  if (!answer.ok) return answer.failure.detail;
  noteServices(nova, answer.value, begunMs);
  return null;
}

/** Null when nova has the host forced down; the cell says first who did it, so that nobody undoes another's. */
function* forceDown(core: Core, master: Mastership, incident: Incident): Task<RoundEnd | null> {
  const { victim, forcedDownBy } = incident.record;
  if (forcedDownBy === 'somebody-else' || (forcedDownBy === 'vigil' && isForcedDown(core, victim)))
    return null;
  const service = core.nova.services.find(({ host }) => host === victim);
  if (service === undefined) {
    if (core.hosts.get(victim)?.said?.role === 'control') return null;
    return held(hold('not-a-compute-host', `nova knows no compute service of ${victim}`), IDLE_ROUND_MS);
  }
  if (forcedDownBy === null) {
    const by = service.forcedDown ? 'somebody-else' : 'vigil';
    if (!(yield* writeRecord(core, master, incident, { forcedDownBy: by })))
      return notWritten(core, incident);
  }
  if (service.forcedDown) return null;
  if (!isActing(core, master)) return go(0);
  const refused = yield* setForcedDown(core, victim, true);
  return refused === null ? null : held(hold('force-down-refused', refused), BUSY_ROUND_MS);
}

function isForcedDown(core: Core, host: HostName): boolean {
  return core.nova.services.find((service) => service.host === host)?.forcedDown ?? false;
}

/** Null on success, else why not, in words. */
export function* setForcedDown(core: Core, host: HostName, forcedDown: boolean): Task<string | null> {
  const service = core.nova.services.find((candidate) => candidate.host === host);
  if (service === undefined) return `nova knows no compute service of ${host}`;
  noteTouched(core.nova, host, core.now);
  const answer = yield* askCloud(core, { call: 'force-down', serviceId: service.id, forcedDown });
  noteTouched(core.nova, host, core.now);
  if (!answer.ok) return answer.failure.detail;
  core.nova.services = core.nova.services.map((known) =>
    known.host === host ? { ...known, forcedDown: answer.value.forcedDown } : known,
  );
  return answer.value.forcedDown === forcedDown ? null : 'nova answered, but still shows the former value';
}

type Read = { readonly ok: true; readonly value: Reading } | { readonly ok: false; readonly why: string };

function* read(core: Core, master: Mastership, victim: HostName): Task<Read> {
  const failures: string[] = [];
  const reading: { -readonly [K in keyof Reading]?: Reading[K] } = {};
  yield* all(
    [
      keepValue(core, failures, { call: 'list-servers', host: victim }, (value) => (reading.servers = value)),
      keepValue(
        core,
        failures,
        { call: 'list-host-migrations', host: victim },
        (value) => (reading.rows = value),
      ),
      keepValue(core, failures, { call: 'list-capacity' }, (value) => (reading.capacity = value)),
      keepValue(core, failures, { call: 'list-groups' }, (value) => (reading.groups = value)),
    ],
    () => isActing(core, master),
  );
  const { servers, rows, capacity, groups } = reading;
  if (servers === undefined || rows === undefined || capacity === undefined || groups === undefined) {
    return { ok: false, why: failures[0] ?? 'no answer' };
  }
  return { ok: true, value: { servers, rows, capacity, groups } };
}

function* keepValue<K extends CloudCall['call']>(
  core: Core,
  failures: string[],
  call: Extract<CloudCall, { readonly call: K }>,
  keep: (value: CloudResults[K]) => void,
): Task<void> {
  const answer: CloudAnswer<K> = yield* askCloud(core, call);
  if (answer.ok) keep(answer.value);
  else failures.push(answer.failure.detail);
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
    ended.slice(0, MAX_CONFIRMED_AT_ONCE).map((work) => confirm(core, work)),
    () => true,
  );
}

/** Marks a VM whose row is done and whose state on the new host is still to be read. */
export const ENDED = 'nova has rebuilt it; waiting until it is ACTIVE';
const MAX_CONFIRMED_AT_ONCE = 8;

function* confirm(
  core: Core,
  work: Incident['vms'] extends Map<string, infer Work> ? Work : never,
): Task<void> {
  const answer = yield* askCloud(core, { call: 'get-server', vm: work.vm });
  if (!answer.ok) return;
  const { status, host, taskState } = answer.value;
  if (host === work.target && taskState === null && (status === 'ACTIVE' || status === 'SHUTOFF')) {
    work.state = 'recovered';
    work.reason = null;
  }
}
