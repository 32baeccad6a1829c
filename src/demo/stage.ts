/** The running demonstration, as its stories see it. */
import { join } from 'node:path';
import type { ClusterStatus } from '../core/status.ts';
import { loadCloud } from '../drivers/clouds-yaml/load-cloud.ts';
import { type ClusterWatch, watchCluster } from './cluster-watch.ts';
import { type GuestWatch, watchGuests } from './guests.ts';
import { createHost, type DemoHost } from './hosts.ts';
import { CLOUD, HOST_NAMES, type Layout, LOOPBACK, VMS } from './layout.ts';
import { type NovaRecords, readNovaOf } from './nova-records.ts';
import { environmentFor } from './parts.ts';
import { makeFolders, makeKeys, makeVolumes, writeConfigs } from './prepare.ts';
import type { Processes } from './processes.ts';
import { vigil } from './program.ts';
import { openRelays, type Relays } from './relay.ts';
import type { Teller } from './tell.ts';
import { DemoFailure, sleep } from './wait.ts';

export interface Stage {
  readonly layout: Layout;
  readonly tell: Teller;
  readonly relays: Relays;
  readonly hosts: readonly DemoHost[];
  readonly nova: NovaRecords;
  readonly cluster: ClusterWatch;
  readonly guests: GuestWatch;
  /** Looks until there is something, or fails with what was waited for. */
  until<T>(what: string, deadlineMs: number, look: () => Promise<T | null>): Promise<T>;
  host(name: string): DemoHost;
}

const LOOK_MS = 100;
const CLOUD_START_MS = 30_000;

export interface StageOptions {
  readonly layout: Layout;
  readonly tell: Teller;
  readonly processes: Processes;
  readonly signal: AbortSignal;
}

export async function setStage(options: StageOptions): Promise<Stage> {
  const { layout, tell, processes, signal } = options;
  const until = waiter(processes, signal);
  makeFolders(layout);
  stopAt(await makeVolumes(layout));
  stopAt(await makeKeys(layout));
  tell.say(`two volumes, the cluster's keys, certificates and configurations in ${layout.folder}`);

  processes.start({
    name: 'cloud',
    argv: vigil('demo'),
    env: environmentFor({
      part: 'cloud',
      hosts: [...HOST_NAMES],
      servers: VMS,
      cloudsFile: layout.cloudsFile,
    }),
    logFile: join(layout.logs, 'cloud.log'),
  });
  const access = await until('the embedded cloud to start', CLOUD_START_MS, async () => {
    const loaded = loadCloud({
      path: layout.cloudsFile,
      cloud: CLOUD,
      fromEnvironment: null,
      workingFolder: layout.folder,
      homeFolder: layout.folder,
    });
    return loaded.ok ? loaded.access : null;
  });
  const cloudPort = Number(new URL(access.authUrl).port);
  const opened = await openRelays(layout.hosts, { address: LOOPBACK, port: cloudPort });
  if (!opened.ok) throw new DemoFailure(opened.words);
  const { relays } = opened;
  writeConfigs(layout, relays.ports);
  tell.say('the embedded cloud, and a relay in front of each host');

  const hosts = layout.hosts.map((host) => createHost({ layout, processes, relays }, host));
  return {
    layout,
    tell,
    relays,
    hosts,
    nova: readNovaOf(access),
    cluster: watchCluster(layout.hosts),
    guests: watchGuests(layout.guests),
    until,
    host(name) {
      const found = hosts.find((host) => host.name === name);
      if (found === undefined) throw new DemoFailure(`there is no host ${name}`);
      return found;
    },
  };
}

function stopAt(problem: string | null): void {
  if (problem !== null) throw new DemoFailure(problem);
}

function waiter(processes: Processes, signal: AbortSignal): Stage['until'] {
  return async (what, deadlineMs, look) => {
    const giveUpMs = performance.now() + deadlineMs;
    for (;;) {
      if (signal.aborted) throw new DemoFailure('stopped');
      const trouble = processes.unexpected()[0];
      if (trouble !== undefined) throw new DemoFailure(trouble);
      const found = await look();
      if (found !== null) return found;
      if (performance.now() > giveUpMs)
        throw new DemoFailure(`waited ${Math.round(deadlineMs / 1_000)} s in vain for ${what}`);
      await sleep(LOOK_MS);
    }
  };
}

/** Every host known to the master and online. */
export function isWhole(status: ClusterStatus | null): status is ClusterStatus {
  return (
    status !== null &&
    status.hosts.length === HOST_NAMES.length &&
    status.hosts.every(({ verdict }) => verdict === 'online') &&
    status.holds.length === 0
  );
}
