/** `POST /servers`: quota, zone (also `zone:host`), and the conductor's choice of a host afterwards. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { allocate, selectHost } from './model/scheduler.ts';
import {
  type CloudState,
  type FlavorRecord,
  liveServers,
  sendOrder,
  type ServerRecord,
  touchServer,
  type UserRecord,
} from './model/state.ts';

const requestSchema = z.object({
  name: z.string().min(1),
  flavorRef: z.string(),
  imageRef: z.string().optional(),
  availability_zone: z.string().optional(),
  metadata: z.record(z.string(), z.string()).optional(),
});

const hintsSchema = z.object({ group: z.string().optional() }).optional();

export type Creation =
  | { readonly ok: true; readonly server: ServerRecord }
  | { readonly ok: false; readonly status: 400 | 403 | 404; readonly message: string };

export function createServer(
  state: CloudState,
  user: UserRecord,
  request: unknown,
  schedulerHints: unknown,
): Creation {
  const parsed = requestSchema.safeParse(request);
  const hints = hintsSchema.safeParse(schedulerHints);
  if (!parsed.success || !hints.success)
    return { ok: false, status: 400, message: 'Invalid input for a server.' };
  const flavor = state.flavors.get(parsed.data.flavorRef);
  if (flavor === undefined) return { ok: false, status: 400, message: 'Flavor could not be found.' };
  const mine = liveServers(state).filter((server) => server.projectId === user.projectId).length;
  const limit = state.options.serversPerProjectMax;
  if (limit !== null && mine >= limit) {
    const message = `Quota exceeded for instances: Requested 1, but already used ${mine} of ${limit} instances`;
    return { ok: false, status: 403, message };
  }
  const [zone, host] = (parsed.data.availability_zone ?? '').split(':');
  const zoneKnown = [...state.hosts.values()].some((record) => record.zone === zone);
  if (zone !== undefined && zone !== '' && !zoneKnown) {
    return { ok: false, status: 400, message: 'The requested availability zone is not available' };
  }
  const server = newServer(state, user, flavor, parsed.data, zone === '' ? null : (zone ?? null));
  const group = hints.data?.group;
  if (group !== undefined) state.groups.get(group)?.members.push(server.uuid);
  state.after(state.options.conductorDelayMs, () => build(state, server, host ?? null));
  return { ok: true, server };
}

function newServer(
  state: CloudState,
  user: UserRecord,
  flavor: FlavorRecord,
  request: z.infer<typeof requestSchema>,
  pinnedZone: string | null,
): ServerRecord {
  const nowMs = state.options.clock.nowMs();
  const server: ServerRecord = {
    uuid: randomUUID(),
    name: request.name,
    projectId: user.projectId,
    userId: user.id,
    cell:
      [...state.hosts.values()].find((host) => pinnedZone === null || host.zone === pinnedZone)?.cell ?? '',
    flavor,
    imageId: request.imageRef ?? null,
    metadata: request.metadata ?? {},
    pinnedZone,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    host: null,
    vmState: 'building',
    taskState: 'scheduling',
    powerState: 0,
    launched: false,
    attached: null,
    locked: false,
    deleted: false,
  };
  state.servers.set(server.uuid, server);
  return server;
}

function build(state: CloudState, server: ServerRecord, onlyHost: string | null): void {
  if (server.deleted) return;
  const host = selectHost(state, { server, onlyHost, notHost: null });
  if (host === null) {
    touchServer(state, server, { vmState: 'error', taskState: null });
    return;
  }
  allocate(state, server.uuid, host);
  touchServer(state, server, { host, taskState: 'spawning' });
  sendOrder(state, host, 'create', server);
}
