/** Vigil on the rig's hosts: real agents and beats inside their namespaces, from the bundle that is shipped. */
import { readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Agent, request } from 'undici';
import { LOCAL_PATHS } from '../../../src/api/local-routes.ts';
import { agentSocket } from '../../../src/api/agent-socket.ts';
import type { StatusTold } from '../../../src/api/cluster-questions.ts';
import type { ClusterStatus } from '../../../src/core/status.ts';
import {
  bootIdFile,
  cloudsYaml,
  controllerIp,
  forgetHostServices,
  hostIp,
  hostNames,
  type HostName,
  isAlive,
  isPoweredOn,
  killAll,
  onPowerOn,
  type ProcessId,
  run,
  signal,
  startInHost,
  stateDir,
  volumeBackingPath,
  volumeNames,
  volumePath,
  waitFor,
} from '../rig/index.ts';
import { markedProcesses } from '../rig/processes.ts';
import { readJson } from './json.ts';
import { webhookUrl } from './webhook-listener.ts';

/** `VIGIL_BUNDLE`: another build than the tree's own, so that one can be tried while the next is made. */
const bundle = process.env['VIGIL_BUNDLE'] ?? resolve(import.meta.dirname, '../../../dist/vigil.js');
const home = join(stateDir, 'vigil');
const clusterName = 'rig';

/** `vigil …` as an operator types it, on the controller. */
export const vigil = (args: readonly string[], deadlineMs = 30_000): ReturnType<typeof run> =>
  run([process.execPath, bundle, ...args], { deadlineMs });

export const configFile = (host: HostName): string => join(home, `${host}.yaml`);
const runtimeDir = (host: HostName): string => join(home, 'run', host);
const journalDir = (host: HostName): string => join(home, 'state', host, 'journal');
const logFile = (host: HostName, what: string): string => join(home, 'log', `${host}-${what}.log`);

export interface ClusterOptions {
  readonly acceptProofs?: readonly string[];
  /** Through the swallow proxy, or straight to nova. */
  readonly cloud?: 'rig' | 'rig-proxied';
}

export interface JournalEntry {
  /** Wall clock, ISO 8601. */
  readonly at: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export class Cluster {
  readonly #agents = new Map<HostName, ProcessId>();
  readonly #beats = new Map<string, ProcessId>();

  /** Keys and volumes, once per run. */
  async install(): Promise<void> {
    await killAll(leftBehind());
    await rm(home, { recursive: true, force: true });
    await mkdir(join(home, 'log'), { recursive: true });
    const hosts = hostNames.map((host) => `${host}=${hostIp(host)}`);
    await vigil([
      'cluster',
      'init',
      join(home, 'keys'),
      '--cluster',
      clusterName,
      '--host',
      ...hosts,
      '--eligible',
      ...hostNames,
    ]);
    for (const volume of volumeNames) {
      const role = volume === 'volA' ? ['--lease-of', '1'] : ['--heartbeat-only'];
      await vigil([
        'volume',
        'init',
        volumeBackingPath(volume),
        '--cluster',
        clusterName,
        '--slots',
        '16',
        '--force',
        ...role,
      ]);
    }
  }

  async configure(options: ClusterOptions = {}): Promise<void> {
    for (const host of hostNames) {
      await mkdir(runtimeDir(host), { recursive: true });
      await writeFile(configFile(host), configText(host, options));
    }
  }

  /** Beats and agents on all hosts; they come back with their host. */
  start(): void {
    forgetHostServices();
    for (const host of hostNames) {
      onPowerOn(host, () => this.startHost(host));
      this.startHost(host);
    }
  }

  startHost(host: HostName): void {
    for (const volume of volumeNames) this.startBeat(host, volume);
    this.startAgent(host);
  }

  startBeat(host: HostName, volume: string): void {
    const key = `${host}/${volume}`;
    const running = this.#beats.get(key);
    if (running !== undefined && isAlive(running)) return;
    const argv = [
      process.execPath,
      bundle,
      'beat',
      '--config',
      configFile(host),
      '--volume',
      volume.toLowerCase(),
    ];
    this.#beats.set(key, startInHost(host, argv, {}, logFile(host, volume)));
  }

  startAgent(host: HostName): void {
    const running = this.#agents.get(host);
    if (running !== undefined && isAlive(running)) return;
    const argv = [process.execPath, bundle, 'agent', '--config', configFile(host)];
    this.#agents.set(host, startInHost(host, argv, {}, logFile(host, 'agent')));
  }

  agent(host: HostName): ProcessId {
    const id = this.#agents.get(host);
    if (id === undefined) throw new Error(`no agent on ${host}`);
    return id;
  }

  beats(host: HostName): readonly ProcessId[] {
    return [...this.#beats].flatMap(([key, id]) => (key.startsWith(`${host}/`) ? [id] : []));
  }

  killAgent(host: HostName): void {
    signal(this.agent(host), 'SIGKILL');
  }

  async stop(): Promise<void> {
    await killAll([...this.#agents.values(), ...this.#beats.values()].filter(isAlive));
  }

  /** Whatever stopped running on a host that is on runs again, as its unit would see to it. */
  async restartMissing(): Promise<void> {
    for (const host of hostNames) {
      if (!(await isPoweredOn(host))) continue;
      signal(this.agent(host), 'SIGCONT');
      this.startHost(host);
    }
  }

  /** What the agent of one host knows itself. */
  async ownStatus(host: HostName): Promise<ClusterStatus | null> {
    try {
      const answer = await request(`http://agent${LOCAL_PATHS.status}?scope=own`, {
        dispatcher: dispatcherOf(host),
        headersTimeout: 2_000,
        bodyTimeout: 2_000,
      });
      const told = readJson<StatusTold>(await answer.body.text());
      return answer.statusCode === 200 ? told.status : null;
    } catch {
      return null;
    }
  }

  async masters(): Promise<readonly ClusterStatus[]> {
    const all = await Promise.all(hostNames.map((host) => this.ownStatus(host)));
    return all.filter((status) => status !== null).filter(({ role }) => role === 'master');
  }

  async master(deadlineMs = 60_000): Promise<ClusterStatus & { readonly host: HostName }> {
    return waitFor(
      'one master',
      async () => {
        const [master, ...others] = await this.masters();
        const host = hostNames.find((known) => known === master?.host);
        return master !== undefined && host !== undefined && others.length === 0 && { ...master, host };
      },
      { deadlineMs },
    );
  }

  async verdict(host: HostName): Promise<string> {
    const master = await this.master();
    return master.hosts.find((known) => known.host === host)?.verdict ?? 'none';
  }

  async waitVerdict(host: HostName, verdict: string, deadlineMs = 60_000): Promise<void> {
    let seen = '';
    await waitFor(
      `${host} to be ${verdict}`,
      async () => {
        const master = await this.master(deadlineMs);
        const known = master.hosts.find((candidate) => candidate.host === host);
        seen = `it is ${known?.verdict}: ${known?.why}`;
        return known?.verdict === verdict;
      },
      { deadlineMs, explain: () => seen },
    );
  }

  /** One master, everybody online, no incident open. */
  async waitSettled(deadlineMs = 120_000): Promise<void> {
    let seen = '';
    await waitFor(
      'the cluster to be settled',
      async () => {
        const [master, ...others] = await this.masters();
        if (master === undefined || others.length > 0) return false;
        seen =
          master.hosts.map(({ host, verdict }) => `${host} ${verdict}`).join(', ') +
          ` incidents ${master.incidents.length}`;
        return (
          master.hosts.length === hostNames.length &&
          master.hosts.every(({ verdict }) => verdict === 'online') &&
          master.incidents.length === 0
        );
      },
      { deadlineMs, explain: () => seen },
    );
  }

  async journal(host: HostName): Promise<readonly JournalEntry[]> {
    const names = (await readdir(journalDir(host)).catch(() => [])).toSorted((a, b) => (a < b ? -1 : 1));
    const texts = await Promise.all(names.map((name) => readFile(join(journalDir(host), name), 'utf8')));
    return texts.flatMap((text) =>
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => readJson<JournalEntry>(line)),
    );
  }
}

/** Agents and beats of a run that was ended before it could stop them. */
const leftBehind = (): readonly ProcessId[] =>
  markedProcesses().filter(({ pid }) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`${home}/`);
    } catch {
      return false;
    }
  });

const dispatchers = new Map<HostName, Agent>();
const dispatcherOf = (host: HostName): Agent => {
  const known =
    dispatchers.get(host) ??
    new Agent({
      connect: { socketPath: agentSocket(runtimeDir(host)), timeout: 2_000 },
      keepAliveTimeout: 1,
    });
  dispatchers.set(host, known);
  return known;
};

const configText = (host: HostName, options: ClusterOptions): string => `
cluster: { name: ${clusterName} }
host:
  name: ${host}
  address: ${hostIp(host)}
  boot_id_file: ${bootIdFile(host)}
  hardware_uuid_file: null
network:
  isolation_addresses: ["icmp:${controllerIp}"]
volumes:
${volumeNames.map((volume) => `  - { name: ${volume.toLowerCase()}, path: ${volumePath(host, volume)}, role: ${volume === 'volA' ? 'lease' : 'heartbeat'} }`).join('\n')}
keys: { directory: ${join(home, 'keys', 'hosts', host)} }
runtime_directory: ${runtimeDir(host)}
state_directory: ${join(home, 'state', host)}
recovery:
  accept_proofs: [${(options.acceptProofs ?? ['silence', 'reboot']).join(', ')}]
  shared_storage: true
openstack: { clouds_file: ${cloudsYaml}, cloud: ${options.cloud ?? 'rig-proxied'} }
reports:
  syslog: off
  webhooks: [{ url: "${webhookUrl}" }]
`;
