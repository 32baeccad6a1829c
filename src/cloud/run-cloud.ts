/** `vigil cloud`: the embedded cloud as a process of its own, seeded with hosts and servers. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { errno } from '../config/errno.ts';
import type { CloudOptions } from './model/options.ts';
import { addFlavor, addHost, addProject, addServer, addUser, type HostSeed } from './model/seed.ts';
import { type EmbeddedCloud, startEmbeddedCloud } from './server.ts';
import type { CloudState } from './model/state.ts';

export interface CloudCommandOptions {
  readonly listenAddress: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly hosts: readonly HostSeed[];
  /** Servers that run from the start, spread over the hosts. */
  readonly servers: number;
  /** Where to write a clouds.yaml with the credential; null writes none. */
  readonly cloudsFile: string | null;
  readonly cloud: Partial<CloudOptions>;
  readonly signal: AbortSignal;
  readonly print: (line: string) => void;
}

/** Not ok: it could not start, in words. */
export type CloudEnded = { readonly ok: true } | { readonly ok: false; readonly words: string };

/** Runs until the signal. */
export async function runCloudCommand(options: CloudCommandOptions): Promise<CloudEnded> {
  const password = randomBytes(18).toString('base64url');
  const listen = { address: options.listenAddress, port: options.port };
  let cloud: EmbeddedCloud;
  try {
    cloud = await startEmbeddedCloud({ ...options.cloud, listen });
  } catch (error) {
    return { ok: false, words: cannotListen(listen, errno(error)) };
  }
  seedCloud(cloud.state, { hosts: options.hosts, servers: options.servers, password });
  if (options.cloudsFile !== null) {
    const text = cloudsYaml({ url: cloud.url, region: cloud.state.options.region, password });
    try {
      writeFileSync(options.cloudsFile, text, { mode: 0o600 });
    } catch (error) {
      await cloud.close();
      return { ok: false, words: `${options.cloudsFile} cannot be written (${errno(error)})` };
    }
  }
  options.print(`embedded cloud: keystone at ${cloud.url}/identity/v3`);
  options.print(`${options.hosts.length} hosts, ${options.servers} servers`);
  if (options.cloudsFile !== null) options.print(`credential: ${options.cloudsFile}, cloud "embedded"`);
  await new Promise<void>((resolve) => {
    if (options.signal.aborted) resolve();
    options.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await cloud.close();
  return { ok: true };
}

const REMEDIES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program has the port; choose another with --port',
  EADDRNOTAVAIL: 'that is no address of this machine; choose another with --listen',
  EACCES: 'this user may not open it; choose a port above 1023',
};

function cannotListen({ address, port }: { address: string; port: number }, code: string): string {
  const remedy = REMEDIES[code];
  return `TCP ${address} port ${port} cannot be opened (${code})${remedy === undefined ? '' : `: ${remedy}`}`;
}

/** The administrator that Vigil is, a tenant, a small flavor, the hosts and their servers. */
export function seedCloud(
  state: CloudState,
  seed: { readonly hosts: readonly HostSeed[]; readonly servers: number; readonly password: string },
): { readonly tenantProjectId: string; readonly flavorId: string; readonly vms: readonly string[] } {
  const service = addProject(state, 'service');
  addUser(state, { name: 'vigil', password: seed.password, projectId: service.id, admin: true });
  const tenant = addProject(state, 'tenant');
  const flavor = addFlavor(state, { name: 'small', vcpus: 1, memoryMib: 512, diskGib: 1 });
  const hosts = seed.hosts.map((host) => addHost(state, host));
  const vms = Array.from({ length: hosts.length === 0 ? 0 : seed.servers }, (_, index) => {
    const host = hosts[index % hosts.length]?.name ?? '';
    const name = `vm-${String(index + 1).padStart(2, '0')}`;
    return addServer(state, { name, host, projectId: tenant.id, flavor }).uuid;
  });
  return { tenantProjectId: tenant.id, flavorId: flavor.id, vms };
}

export function cloudsYaml(cloud: {
  readonly url: string;
  readonly region: string;
  readonly password: string;
}): string {
  return `clouds:
  embedded:
    auth_type: password
    region_name: ${cloud.region}
    auth:
      auth_url: ${cloud.url}/identity/v3
      username: vigil
      password: "${cloud.password}"
      project_name: service
      user_domain_name: Default
      project_domain_name: Default
`;
}
