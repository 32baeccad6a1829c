/**
 * Shared storage. Each host sees each volume through a FUSE mount of its own, so that one volume can hang or break
 * for one host alone. The daemon runs outside the host's namespace: it stands for the storage, not for the host.
 */
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { daemon, signalDaemon, startDaemon, stopDaemon } from './daemons.ts';
import {
  type HostName,
  type VolumeName,
  dirs,
  hostNames,
  volumeBackingPath,
  volumeMount,
  volumeNames,
} from './settings.ts';
import { run } from './shell.ts';
import { waitFor } from './wait.ts';

const daemonName = (host: HostName, volume: VolumeName): string => `bindfs-${host}-${volume}`;

const isMounted = async (path: string): Promise<boolean> =>
  (await readFile('/proc/self/mounts', 'utf8')).split('\n').some((line) => line.split(' ')[1] === path);

/** The volume files exist and are empty, now or again: making a volume of them is the business of whoever tests. */
export const createVolumes = async (): Promise<void> => {
  await mkdir(dirs.guestFiles, { recursive: true });
  for (const volume of volumeNames) {
    await mkdir(dirname(volumeBackingPath(volume)), { recursive: true });
    await (await open(volumeBackingPath(volume), 'w')).close();
  }
};

/**
 * `direct_io` makes every read and write of the mount go to the daemon, whatever the opener asked for, and the
 * attribute timeouts of 0 keep a file's size from being remembered: what another host wrote is seen at once.
 */
const bindfsOptions = ['direct_io', 'attr_timeout=0', 'entry_timeout=0', 'negative_timeout=0'];

export const mountVolume = async (host: HostName, volume: VolumeName): Promise<void> => {
  const target = volumeMount(host, volume);
  if (daemon(daemonName(host, volume)) !== undefined && (await isMounted(target))) return;
  await unmountVolume(host, volume);
  await mkdir(target, { recursive: true });
  const source = dirname(volumeBackingPath(volume));
  startDaemon(daemonName(host, volume), ['bindfs', '-f', '-o', bindfsOptions.join(','), source, target]);
  await waitFor(`mount of ${target}`, () => isMounted(target), { deadlineMs: 10_000, everyMs: 20 });
};

/** Lazily, because a process may still hold a file of it; the daemon is killed first, so nothing can hang. */
export const unmountVolume = async (host: HostName, volume: VolumeName): Promise<void> => {
  await stopDaemon(daemonName(host, volume));
  while (await isMounted(volumeMount(host, volume))) await run(['umount', '-l', volumeMount(host, volume)]);
};

export const mountVolumes = async (host: HostName): Promise<void> => {
  for (const volume of volumeNames) await mountVolume(host, volume);
};

export const unmountVolumes = async (host: HostName): Promise<void> => {
  for (const volume of volumeNames) await unmountVolume(host, volume);
};

/** Every access through this host's mount of the volume now blocks, as on a storage path that went silent. */
export const hangStorage = (host: HostName, volume: VolumeName): void =>
  signalDaemon(daemonName(host, volume), 'SIGSTOP');

export const resumeStorage = (host: HostName, volume: VolumeName): void =>
  signalDaemon(daemonName(host, volume), 'SIGCONT');

/** Every access now fails with ENOTCONN, until `mountVolume`. */
export const breakStorage = (host: HostName, volume: VolumeName): Promise<void> =>
  stopDaemon(daemonName(host, volume));

/** Mounts that a crashed run left behind, even one whose daemon no longer answers. */
export const removeStorageMounts = async (): Promise<void> => {
  for (const host of hostNames) await unmountVolumes(host);
};
