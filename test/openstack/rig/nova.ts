/** Nova as an administrator with perfect knowledge uses it. */
import type { Answer } from './http.ts';
import { type Session, OpenStackError, openSession } from './openstack.ts';
import type { HostName } from './settings.ts';
import { monotonicMs, waitFor } from './wait.ts';

export interface ComputeService {
  readonly id: string;
  readonly binary: string;
  readonly host: string;
  readonly state: 'up' | 'down';
  readonly status: 'enabled' | 'disabled';
  readonly forced_down: boolean;
  readonly disabled_reason: string | null;
  readonly updated_at: string | null;
}

export interface Server {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly 'OS-EXT-SRV-ATTR:host': string | null;
  readonly 'OS-EXT-STS:vm_state': string;
  readonly 'OS-EXT-STS:task_state': string | null;
  readonly 'OS-EXT-STS:power_state': number;
}

export interface Migration {
  readonly id: number;
  readonly uuid: string;
  readonly instance_uuid: string;
  readonly migration_type: string;
  readonly status: string;
  readonly source_compute: string;
  readonly dest_compute: string | null;
  readonly created_at: string;
  readonly updated_at: string | null;
}

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
    type Body = { services: ComputeService[] };
    return (await this.session.json<Body>('nova', 'GET', `/os-services${query}`)).services;
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
    await this.session.json('nova', 'PUT', `/os-services/${id}`, { status: 'enabled' });
  }

  /** All projects' servers; without a host, the whole cloud's. */
  async servers(host?: HostName): Promise<Server[]> {
    const query = host === undefined ? '' : `&host=${host}`;
    type Body = { servers: Server[] };
    return (await this.session.json<Body>('nova', 'GET', `/servers/detail?all_tenants=1${query}`)).servers;
  }

  async server(id: string): Promise<Server> {
    return (await this.session.json<{ server: Server }>('nova', 'GET', `/servers/${id}`)).server;
  }

  /** Boots `count` servers named `prefix-1` and so on, pinned to a host; does not wait for them. */
  async createServers(
    count: number,
    host: HostName,
    prefix: string,
    options: CreateOptions = {},
  ): Promise<string[]> {
    type Images = { images: { id: string }[] };
    const { images } = await this.session.json<Images>('glance', 'GET', '/images?name=rig');
    const one = async (number: number): Promise<string> => {
      const server = {
        name: `${prefix}-${number}`,
        flavorRef: flavorId,
        imageRef: images[0]?.id,
        networks: 'none',
        availability_zone: `nova:${host}`,
        metadata: options.metadata ?? {},
      };
      type Body = { server: { id: string } };
      return (await this.session.json<Body>('nova', 'POST', '/servers', { server })).server.id;
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
    type Body = { migrations: Migration[] };
    return (await this.session.json<Body>('nova', 'GET', `/os-migrations${query}`)).migrations;
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
