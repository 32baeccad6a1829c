/** What a round reads from OpenStack before it decides anything: all of it, or nothing. */
import { noteServices } from '../evidence/nova-witness.ts';
import { all, type Task } from '../lib/task.ts';
import type { Mastership } from '../master/mastership.ts';
import { isActing, type Core } from '../state.ts';
import { askCloud } from './ask-cloud.ts';
import type {
  CloudAnswer,
  CloudCall,
  CloudResults,
  HostCapacity,
  Migration,
  Server,
  ServerGroup,
} from './cloud.ts';
import type { Incident } from './incident.ts';
import { notePlace, noteTargets, type Places, type PlacesNoted } from './places.ts';
import { type StillOpen, stillOpen } from './still-open.ts';

/** The witness reads the service list anyway; a list this young need not be read again. */
const SERVICES_FRESH_MS = 3_000;

export interface OnHost {
  /** What was open right before the rows were read: none of them need tell of it. */
  readonly openBefore: StillOpen;
  readonly servers: readonly Server[];
  readonly rows: readonly Migration[];
}

export interface Reading extends OnHost {
  /** Null where it was not asked for: then nothing is placed. */
  readonly capacity: readonly HostCapacity[] | null;
  readonly groups: readonly ServerGroup[];
  /** Where the other members of their server groups are; of one that could not be asked nothing is known. */
  readonly places: Places;
}

/** Members of groups asked for in one round; nova's scheduler refuses what was not known here. */
const NEIGHBOURS_MAX = 32;
/** Policies that choose among hosts, the strict one first. */
const ASKED_FOR = ['anti-affinity', 'soft-anti-affinity', 'soft-affinity'] as const;

/** Services as nova showed them within the last seconds; null when core.nova has them, else why not. */
export function* freshServices(core: Core): Task<string | null> {
  const { nova } = core;
  if (nova.readMs !== null && core.now - nova.readMs <= SERVICES_FRESH_MS) return null;
  const begunMs = core.now;
  const answer = yield* askCloud(core, { call: 'list-services' });
  if (!answer.ok) return answer.failure.detail;
  noteServices(nova, answer.value, begunMs, core.now);
  return null;
}

export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly why: string };

/** What nova places on the host of the incident, and what is or was on its way from or to it. */
export function* readHost(core: Core, master: Mastership, incident: Incident): Task<Read<OnHost>> {
  const host = incident.record.victim;
  const openBefore = stillOpen(core, master, incident);
  const failures: string[] = [];
  const reading: { servers?: readonly Server[]; rows?: readonly Migration[] } = {};
  yield* all(
    [
      keep(core, failures, { call: 'list-servers', host }, (value) => (reading.servers = value)),
      keep(core, failures, { call: 'list-host-migrations', host }, (value) => (reading.rows = value)),
    ],
    () => isActing(core, master),
  );
  const { servers, rows } = reading;
  if (servers === undefined || rows === undefined) return { ok: false, why: failures[0] ?? 'no answer' };
  return { ok: true, value: { openBefore, servers, rows } };
}

/**
 * The same, and what there is to choose candidates by. `groups`: of an earlier reading, where nothing is to be placed;
 * nova has enough to do then.
 */
export function* read(
  core: Core,
  master: Mastership,
  incident: Incident,
  groups: readonly ServerGroup[] | null,
): Task<Read<Reading>> {
  if (groups !== null) {
    const onHost = yield* readHost(core, master, incident);
    return onHost.ok
      ? { ok: true, value: { ...onHost.value, capacity: null, groups, places: new Map() } }
      : onHost;
  }
  return yield* readAll(core, master, incident);
}

function* readAll(core: Core, master: Mastership, incident: Incident): Task<Read<Reading>> {
  const failures: string[] = [];
  const reading: { capacity?: readonly HostCapacity[]; groups?: readonly ServerGroup[] } = {};
  const [onHost] = yield* all<Read<OnHost> | null>(
    [
      readHost(core, master, incident),
      keep(core, failures, { call: 'list-capacity' }, (value) => (reading.capacity = value)),
      keep(core, failures, { call: 'list-groups' }, (value) => (reading.groups = value)),
    ],
    () => isActing(core, master),
  );
  if (onHost === undefined || onHost === null) return { ok: false, why: 'no answer' };
  if (!onHost.ok) return onHost;
  const { capacity, groups } = reading;
  if (capacity === undefined || groups === undefined) return { ok: false, why: failures[0] ?? 'no answer' };
  const places = yield* neighbours(core, master, onHost.value.servers, groups);
  return { ok: true, value: { ...onHost.value, capacity, groups, places } };
}

function* neighbours(
  core: Core,
  master: Mastership,
  servers: readonly Server[],
  groups: readonly ServerGroup[],
): Task<Places> {
  const here = new Set(servers.map(({ vm }) => vm));
  const members = ASKED_FOR.flatMap((asked) =>
    groups
      .filter(({ policy, members }) => policy === asked && members.some((vm) => here.has(vm)))
      .flatMap(({ members }) => members.filter((vm) => !here.has(vm))),
  );
  const places: PlacesNoted = new Map();
  yield* all(
    [...new Set(members)].slice(0, NEIGHBOURS_MAX).map((vm) => findNeighbour(core, vm, places)),
    () => isActing(core, master),
  );
  return places;
}

/** One that nova is moving counts at both ends. */
function* findNeighbour(core: Core, vm: string, places: PlacesNoted): Task<null> {
  const found = yield* askCloud(core, { call: 'get-server', vm });
  if (!found.ok) return null;
  notePlace(places, vm, found.value.host);
  if (found.value.taskState === null) return null;
  return yield* keep(core, [], { call: 'list-migrations', vm }, (rows) => noteTargets(places, rows));
}

function* keep<K extends CloudCall['call']>(
  core: Core,
  failures: string[],
  call: Extract<CloudCall, { readonly call: K }>,
  take: (value: CloudResults[K]) => void,
): Task<null> {
  const answer: CloudAnswer<K> = yield* askCloud(core, call);
  if (answer.ok) take(answer.value);
  else failures.push(answer.failure.detail);
  return null;
}
