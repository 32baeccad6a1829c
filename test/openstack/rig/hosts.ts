/** The compute hosts: power, nova-compute, and whatever else a test runs inside them. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { daemon, forgetDaemon, signalDaemon, startDaemon, startProcess, stopDaemon } from './daemons.ts';
import {
  createHostNetwork,
  cutLink,
  hostNetworkExists,
  pidsInHost,
  plugManagement,
  removeHostNetwork,
} from './network.ts';
import { type ProcessId, identify, killAll, signal } from './processes.ts';
import {
  type HostName,
  bootIdFile,
  dirs,
  etcFile,
  guestDefinitions,
  guestFile,
  hostDir,
  netnsOf,
  novaStateDir,
} from './settings.ts';
import { mountVolumes, unmountVolumes } from './storage.ts';
import { monotonicMs, waitFor } from './wait.ts';

const driverDir = join(import.meta.dirname, 'nova-driver');
const computeName = (host: HostName): string => `nova-compute-${host}`;

type StartHostService = (host: HostName) => unknown;
const hostServices = new Map<HostName, StartHostService[]>();

/** What else starts when this host is powered on, in order of registration: agents, beats. */
export const onPowerOn = (host: HostName, start: StartHostService): void => {
  hostServices.set(host, [...(hostServices.get(host) ?? []), start]);
};

export const forgetHostServices = (): void => hostServices.clear();

/** Starts nova-compute in its host; it is up when nova says so. */
export const startCompute = async (host: HostName): Promise<void> => {
  if (daemon(computeName(host)) !== undefined) return;
  await mkdir(guestDefinitions(host), { recursive: true });
  await mkdir(join(novaStateDir(host), 'instances'), { recursive: true });
  startDaemon(computeName(host), ['/usr/bin/nova-compute', '--config-file', etcFile(host, 'nova.conf')], {
    netns: netnsOf(host),
    env: {
      PYTHONPATH: driverDir,
      PYTHONDONTWRITEBYTECODE: '1',
      VIGIL_RIG_GUESTS: guestDefinitions(host),
      VIGIL_RIG_GUEST_FILES: dirs.guestFiles,
    },
  });
};

/** Kills nova-compute alone; its guests go on running. */
export const killCompute = (host: HostName): Promise<void> => stopDaemon(computeName(host));
export const freezeCompute = (host: HostName): void => signalDaemon(computeName(host), 'SIGSTOP');
export const thawCompute = (host: HostName): void => signalDaemon(computeName(host), 'SIGCONT');

/** Runs a process inside the host, detached; dies with the host, or with the rig's `stop`. */
export const startInHost = (
  host: HostName,
  argv: readonly string[],
  env: Readonly<Record<string, string>>,
  log: string,
): ProcessId => startProcess(argv, log, { env, netns: netnsOf(host) });

export const bootId = async (host: HostName): Promise<string> =>
  (await readFile(bootIdFile(host), 'utf8')).trim();

export interface PowerOnOptions {
  /** Start nova-compute (default). */
  readonly compute?: boolean;
  /** Start what `onPowerOn` registered (default). */
  readonly services?: boolean;
}

export const isPoweredOn = (host: HostName): Promise<boolean> => hostNetworkExists(host);

/** Boots the host: new boot id, clean network, mounts; guests stay off, as on a host that does not autostart them. */
export const powerOn = async (host: HostName, options: PowerOnOptions = {}): Promise<void> => {
  if (await isPoweredOn(host)) throw new Error(`${host} is on`);
  // What a half-finished power off or on left behind.
  await removeHostNetwork(host);
  await mkdir(hostDir(host), { recursive: true });
  await writeFile(bootIdFile(host), `${randomUUID()}\n`);
  await mountVolumes(host);
  await createHostNetwork(host);
  await plugManagement(host);
  if (options.compute !== false) await startCompute(host);
  if (options.services === false) return;
  for (const start of hostServices.get(host) ?? []) await start(host);
};

/**
 * Power loss: the link drops, then everything inside dies at once, guests too, without a word to anybody. Gives the
 * monotonic milliseconds of that moment. The namespace goes as well, since a real reboot leaves no half-open socket.
 */
export const powerOff = async (host: HostName): Promise<number> => {
  // Found beforehand, so that nothing but the kills themselves comes after the link.
  const known = await processesIn(host);
  await cutLink(host);
  const atMs = monotonicMs();
  for (const id of known) signal(id, 'SIGKILL');
  // A process that waits for a hung mount dies only when the mount does, and what was forking is found now.
  await unmountVolumes(host);
  await waitFor(
    `${host} to lose all processes`,
    async () => {
      const left = await processesIn(host);
      for (const id of left) signal(id, 'SIGKILL');
      return left.length === 0;
    },
    { deadlineMs: 15_000, everyMs: 20 },
  );
  await removeHostNetwork(host);
  forgetDaemon(computeName(host));
  return atMs;
};

const processesIn = async (host: HostName): Promise<ProcessId[]> =>
  (await pidsInHost(host)).flatMap((pid) => identify(pid) ?? []);

const guestDefinitionSchema = z.object({
  uuid: z.string(),
  name: z.string(),
  pid: z.number().nullable(),
  ticks: z.number().nullable(),
});
export type GuestDefinition = Readonly<z.infer<typeof guestDefinitionSchema>>;

/** The guests the host's hypervisor knows, running or not. */
export const guestsOn = async (host: HostName): Promise<GuestDefinition[]> => {
  const names = await readdir(guestDefinitions(host)).catch(() => []);
  const files = names.filter((name) => name.endsWith('.json'));
  // One that nova-compute has forgotten in between is no guest any more.
  const read = async (name: string): Promise<readonly GuestDefinition[]> => {
    const text = await readFile(join(guestDefinitions(host), name), 'utf8').catch(() => null);
    return text === null ? [] : [guestDefinitionSchema.parse(JSON.parse(text))];
  };
  return (await Promise.all(files.map(read))).flat();
};

/** Ends and forgets guests that nova no longer knows of on this host: deleted while the host was down. */
export const purgeGuests = async (host: HostName): Promise<void> => {
  for (const guest of await guestsOn(host)) {
    if (guest.pid !== null && guest.ticks !== null) {
      await killAll([{ pid: guest.pid, startTicks: guest.ticks }]);
    }
    await rm(join(guestDefinitions(host), `${guest.uuid}.json`), { force: true });
    await rm(guestFile(guest.uuid), { force: true });
  }
};
