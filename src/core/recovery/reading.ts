/** What a round reads from OpenStack before it decides anything: all of it, or nothing. */
import { noteServices } from '../evidence/nova-witness.ts';
import { all, type Task } from '../lib/task.ts';
import type { Mastership } from '../master/mastership.ts';
import { isActing, type Core } from '../state.ts';
import type { HostName } from '../wire/records.ts';
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

/** The witness reads the service list anyway; a list this young need not be read again. */
const SERVICES_FRESH_MS = 3_000;

export interface OnHost {
  readonly servers: readonly Server[];
  readonly rows: readonly Migration[];
}

export interface Reading extends OnHost {
  /** Null where it was not asked for: then nothing is placed. */
  readonly capacity: readonly HostCapacity[] | null;
  readonly groups: readonly ServerGroup[];
  /** Where VMs are that those to be placed must be kept apart from; of one that could not be asked nothing is known. */
  readonly places: ReadonlyMap<string, HostName>;
}

/** Members of anti-affinity groups asked for in one round; nova's scheduler refuses what was not known here. */
const NEIGHBOURS_MAX = 32;

/** Services as nova showed them within the last seconds; null when core.nova has them, else why not. */
export function* freshServices(core: Core): Task<string | null> {
  const { nova } = core;
  if (nova.readMs !== null && core.now - nova.readMs <= SERVICES_FRESH_MS) return null;
  const begunMs = core.now;
  const answer = yield* askCloud(core, { call: 'list-services' });
  if (!answer.ok) return answer.failure.detail;
  noteServices(nova, answer.value, begunMs);
  return null;
}

export type Read<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly why: string };

/** What nova places on the host, and what is or was on its way from or to it. */
export function* readHost(core: Core, master: Mastership, host: HostName): Task<Read<OnHost>> {
  const failures: string[] = [];
  const reading: { -readonly [K in keyof OnHost]?: OnHost[K] } = {};
  yield* all(
    [
      keep(core, failures, { call: 'list-servers', host }, (value) => (reading.servers = value)),
      keep(core, failures, { call: 'list-host-migrations', host }, (value) => (reading.rows = value)),
    ],
    () => isActing(core, master),
  );
  const { servers, rows } = reading;
  if (servers === undefined || rows === undefined) return { ok: false, why: failures[0] ?? 'no answer' };
  return { ok: true, value: { servers, rows } };
}

/**
 * The same, and what there is to choose candidates by. `groups`: of an earlier reading, where nothing is to be placed;
 * nova has enough to do then.
 */
export function* read(
  core: Core,
  master: Mastership,
  host: HostName,
  groups: readonly ServerGroup[] | null,
): Task<Read<Reading>> {
  if (groups !== null) {
    const onHost = yield* readHost(core, master, host);
    return onHost.ok
      ? { ok: true, value: { ...onHost.value, capacity: null, groups, places: new Map() } }
      : onHost;
  }
  return yield* readAll(core, master, host);
}

function* readAll(core: Core, master: Mastership, host: HostName): Task<Read<Reading>> {
  const failures: string[] = [];
  const reading: { capacity?: readonly HostCapacity[]; groups?: readonly ServerGroup[] } = {};
  const [onHost] = yield* all<Read<OnHost> | null>(
    [
      readHost(core, master, host),
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
): Task<ReadonlyMap<string, HostName>> {
  const here = new Set(servers.map(({ vm }) => vm));
  const members = groups
    .filter(({ policy, members }) => policy === 'anti-affinity' && members.some((vm) => here.has(vm)))
    .flatMap(({ members }) => members.filter((vm) => !here.has(vm)));
  const places = new Map<string, HostName>();
  yield* all(
    [...new Set(members)]
      .slice(0, NEIGHBOURS_MAX)
      .map((vm) => keep(core, [], { call: 'get-server', vm }, ({ host }) => places.set(vm, host))),
    () => isActing(core, master),
  );
  return places;
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
