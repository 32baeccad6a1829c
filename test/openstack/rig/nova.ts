/** Nova as an administrator with perfect knowledge uses it. */
import { z } from 'zod';
import type { Answer } from './http.ts';
import { type Session, OpenStackError, openSession } from './openstack.ts';
import type { HostName } from './settings.ts';
import { monotonicMs, waitFor } from './wait.ts';

const computeServiceSchema = z.object({
  id: z.string(),
  binary: z.string(),
  host: z.string(),
  state: z.enum(['up', 'down']),
  status: z.enum(['enabled', 'disabled']),
  forced_down: z.boolean(),
  disabled_reason: z.string().nullable(),
  updated_at: z.string().nullable(),
});
export type ComputeService = Readonly<z.infer<typeof computeServiceSchema>>;

const serverSchema = z.object({
  id: z.string(),
  name: z.string(),
  status: z.string(),
  metadata: z.record(z.string(), z.string()),
  'OS-EXT-SRV-ATTR:host': z.string().nullable(),
  'OS-EXT-STS:vm_state': z.string(),
  'OS-EXT-STS:task_state': z.string().nullable(),
  'OS-EXT-STS:power_state': z.number(),
});
export type Server = Readonly<z.infer<typeof serverSchema>>;

const migrationSchema = z.object({
  id: z.number(),
  uuid: z.string(),
  instance_uuid: z.string(),
  migration_type: z.string(),
  status: z.string(),
  source_compute: z.string(),
  dest_compute: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string().nullable(),
});
export type Migration = Readonly<z.infer<typeof migrationSchema>>;

const created = z.object({ server: z.object({ id: z.string() }) });
const images = z.object({ images: z.array(z.object({ id: z.string() })) });

/** The rig's own flavor; made with this very id. */
export const flavorId = 'rig';

export interface CreateOptions {
  readonly metadata?: Readonly<Record<string, string>>;
}

export class Nova {
  readonly session: Session;

  constructor(session: Session = openSession()) {
    this.session = session;
  }

  async services(binary?: string): Promise<ComputeService[]> {
    const query = binary === undefined ? '' : `?binary=${binary}`;
    const body = z.object({ services: z.array(computeServiceSchema) });
    return (await this.session.json(body, 'nova', 'GET', `/os-services${query}`)).services;
  }

  async service(host: HostName): Promise<ComputeService> {
    const found = (await this.services('nova-compute')).find((service) => service.host === host);
    if (found === undefined) throw new Error(`nova does not know ${host}`);
    return found;
  }

  /** Gives nova's answer, because a refusal is often what a test wants to see. */
  async setForcedDown(host: HostName, forced: boolean): Promise<Answer> {
    const { id } = await this.service(host);
    return this.session.call('nova', 'PUT', `/os-services/${id}`, { body: { forced_down: forced } });
  }

  async forceDown(host: HostName): Promise<void> {
    const answer = await this.setForcedDown(host, true);
    if (answer.status !== 200) throw new OpenStackError(answer.status, `force-down ${host}`, answer.text);
  }

  async enable(host: HostName): Promise<void> {
    const { id } = await this.service(host);
    await this.session.send('nova', 'PUT', `/os-services/${id}`, { status: 'enabled' });
  }

  /** All projects' servers; without a host, the whole cloud's. */
  async servers(host?: HostName): Promise<Server[]> {
    const query = host === undefined ? '' : `&host=${host}`;
    const body = z.object({ servers: z.array(serverSchema) });
    return (await this.session.json(body, 'nova', 'GET', `/servers/detail?all_tenants=1${query}`)).servers;
  }

  /** The one image there is: guests are pretended, but nova wants one. */
  async imageId(): Promise<string> {
    const [image] = (await this.session.json(images, 'glance', 'GET', '/images?name=rig')).images;
    if (image === undefined) throw new Error('the rig has no image');
    return image.id;
  }

  /** Boots `count` servers named `prefix-1` and so on, pinned to a host; does not wait for them. */
  async createServers(
    count: number,
    host: HostName,
    prefix: string,
    options: CreateOptions = {},
  ): Promise<string[]> {
    const imageRef = await this.imageId();
    const one = async (number: number): Promise<string> => {
      const server = {
        name: `${prefix}-${number}`,
        flavorRef: flavorId,
        imageRef,
        networks: 'none',
        availability_zone: `nova:${host}`,
        metadata: options.metadata ?? {},
      };
      return (await this.session.json(created, 'nova', 'POST', '/servers', { server })).server.id;
    };
    return Promise.all(Array.from({ length: count }, (_, index) => one(index + 1)));
  }

  /** Waits until each of the servers is ACTIVE without a task, on the given host if one is given. */
  async waitActive(ids: readonly string[], deadlineMs = 120_000, host?: HostName): Promise<Server[]> {
    let seen: Server[] = [];
    const wanted = new Set(ids);
    const settled = (server: Server): boolean =>
      server.status === 'ACTIVE' &&
      server['OS-EXT-STS:task_state'] === null &&
      (host === undefined || server['OS-EXT-SRV-ATTR:host'] === host);
    return waitFor(
      `${ids.length} servers ACTIVE`,
      async () => {
        seen = (await this.servers()).filter((server) => wanted.has(server.id));
        const failed = seen.find((server) => server.status === 'ERROR');
        if (failed !== undefined) return seen;
        return seen.length === wanted.size && seen.every(settled) && seen;
      },
      { deadlineMs, explain: () => seen.map(describeServer).join(', ') },
    ).then((servers) => {
      const failed = servers.filter((server) => server.status === 'ERROR');
      if (failed.length > 0) throw new Error(`in ERROR: ${failed.map(describeServer).join(', ')}`);
      return servers;
    });
  }

  /** Newest first; every project's, with host names. */
  async migrations(instance?: string): Promise<Migration[]> {
    const query = instance === undefined ? '' : `?instance_uuid=${instance}`;
    const body = z.object({ migrations: z.array(migrationSchema) });
    return (await this.session.json(body, 'nova', 'GET', `/os-migrations${query}`)).migrations;
  }

  async evacuations(instance?: string): Promise<Migration[]> {
    return (await this.migrations(instance)).filter((row) => row.migration_type === 'evacuation');
  }

  /** One POST; nova's 200 means taken, not done. */
  async evacuate(id: string, target?: HostName): Promise<Answer> {
    const evacuate = target === undefined ? {} : { host: target };
    const headers = { 'openstack-api-version': 'compute 2.93' };
    return this.session.call('nova', 'POST', `/servers/${id}/action`, { body: { evacuate }, headers });
  }

  async deleteServer(id: string): Promise<void> {
    const answer = await this.session.call('nova', 'DELETE', `/servers/${id}`);
    if (answer.status !== 204 && answer.status !== 404) {
      throw new OpenStackError(answer.status, `delete ${id}`, answer.text);
    }
  }

  /** Up, enabled, not forced down, and seen alive after `sinceMs` of the wall clock. */
  async waitComputesUp(hosts: readonly HostName[], deadlineMs: number, sinceMs = 0): Promise<void> {
    let seen: ComputeService[] = [];
    const good = (host: HostName): boolean => {
      const service = seen.find((one) => one.host === host);
      if (service === undefined || service.state !== 'up' || service.forced_down) return false;
      return Date.parse(`${service.updated_at}Z`) >= sinceMs && service.status === 'enabled';
    };
    await waitFor(
      `nova-compute up on ${hosts.join(' ')}`,
      async () => {
        seen = await this.services('nova-compute');
        return hosts.every(good);
      },
      {
        deadlineMs,
        everyMs: 500,
        explain: () => seen.map((one) => `${one.host} ${one.state} ${one.status}`).join(', '),
      },
    );
  }
}

export const describeServer = (server: Server): string =>
  `${server.name} ${server.status} on ${server['OS-EXT-SRV-ATTR:host']} task ${server['OS-EXT-STS:task_state']}`;

/** Milliseconds that something took, beside what it gave. */
export const timed = async <T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly ms: number }> => {
  const from = monotonicMs();
  const value = await work();
  return { value, ms: monotonicMs() - from };
};
