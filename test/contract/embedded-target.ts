/** The embedded cloud with three pretended nova-computes, as a target of the contract. */
import type { CloudOptions } from '../../src/cloud/model/options.ts';
import { type PretendCompute, startPretendCompute } from '../../src/cloud/pretend-compute.ts';
import { addFlavor, addHost, addProject, addUser, type UserSeed } from '../../src/cloud/model/seed.ts';
import { type EmbeddedCloud, startEmbeddedCloud } from '../../src/cloud/server.ts';
import type { CloudAccess } from '../../src/drivers/clouds-yaml/cloud-access.ts';
import type { ContractTarget } from './target.ts';

export interface EmbeddedTarget extends ContractTarget {
  readonly cloud: EmbeddedCloud;
  close(): Promise<void>;
}

const HOSTS = ['h1', 'h2', 'h3'];
const PASSWORD = 'embedded';

export async function startEmbeddedTarget(options: Partial<CloudOptions> = {}): Promise<EmbeddedTarget> {
  const cloud = await startEmbeddedCloud({
    conductorDelayMs: 30,
    reportIntervalMs: 100,
    rpcTimeoutMs: 500,
    ...options,
  });
  const service = addProject(cloud.state, 'service');
  addUser(cloud.state, { name: 'vigil', password: PASSWORD, projectId: service.id, admin: true });
  const flavor = addFlavor(cloud.state, { name: 'tiny', vcpus: 1, memoryMib: 128, diskGib: 1 });
  for (const name of HOSTS) addHost(cloud.state, { name });

  const computes = new Map<string, PretendCompute>();
  const failingClaims = new Set<string>();
  const failingSpawns = new Set<string>();
  const mark = (set: Set<string>, host: string, failing: boolean): Promise<void> => {
    if (failing) set.add(host);
    else set.delete(host);
    return Promise.resolve();
  };
  const startCompute = (host: string): Promise<void> =>
    new Promise((resolve) => {
      computes.set(
        host,
        startPretendCompute({
          url: cloud.url,
          host,
          buildMs: 50,
          guestFolder: null,
          guestBeatMs: 1_000,
          claims: () => !failingClaims.has(host),
          spawns: () => !failingSpawns.has(host),
          onEvent: (event) => event.kind === 'started' && resolve(),
        }),
      );
    });
  for (const host of HOSTS) await startCompute(host);

  return {
    name: 'the embedded cloud',
    cloud,
    access: embeddedAccess(cloud, { name: 'vigil', password: PASSWORD, project: 'service' }),
    hosts: HOSTS,
    zone: 'nova',
    serverTemplate: { flavorRef: flavor.id, networks: 'none' },
    habitsMustShow: true,
    settleMs: 10_000,
    quietMs: 1_000,
    killCompute: async (host) => {
      computes.get(host)?.kill();
      await computes.get(host)?.ended;
    },
    startCompute,
    failClaims: (host, failing) => mark(failingClaims, host, failing),
    failSpawns: (host, failing) => mark(failingSpawns, host, failing),
    stopCell: (stopped) => mark(cloud.state.deadCells, 'cell1', stopped),
    async close() {
      for (const compute of computes.values()) compute.kill();
      await cloud.close();
    },
  };
}

export function embeddedAccess(
  cloud: EmbeddedCloud,
  user: { readonly name: string; readonly password: string; readonly project: string },
): CloudAccess {
  return {
    cloud: 'embedded',
    authUrl: `${cloud.url}/identity/v3`,
    credential: {
      kind: 'password',
      user: { name: user.name },
      userDomain: { name: 'Default' },
      password: user.password,
      project: { name: user.project },
      projectDomain: { name: 'Default' },
    },
    region: null,
    interface: 'public',
    tls: { ca: null, verify: true },
    endpointOverride: { compute: null, placement: null },
  };
}

/** A further user of the embedded cloud's service project. */
export function accessOfNewUser(
  cloud: EmbeddedCloud,
  seed: Omit<UserSeed, 'projectId' | 'password'>,
): CloudAccess {
  const project = [...cloud.state.projects.values()][0] ?? addProject(cloud.state, 'service');
  const user = addUser(cloud.state, { ...seed, password: PASSWORD, projectId: project.id });
  return embeddedAccess(cloud, { name: user.name, password: PASSWORD, project: project.name });
}
