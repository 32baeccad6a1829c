/** Debian's own packages; needs root and apt, and leaves the machine without any daemon running. */
import { access, rm, writeFile } from 'node:fs/promises';
import { run } from './shell.ts';

const packages = [
  'mariadb-server',
  'rabbitmq-server',
  'memcached',
  'keystone',
  'nova-api',
  'nova-conductor',
  'nova-scheduler',
  'nova-compute',
  'nova-compute-qemu',
  'placement-api',
  'glance-api',
  'neutron-server',
  'python3-pymysql',
  'uwsgi-core',
  'uwsgi-plugin-python3',
  'bindfs',
  'iputils-ping',
  'fuse3',
  'iproute2',
  'nftables',
  'procps',
  'util-linux',
] as const;

const policyFile = '/usr/sbin/policy-rc.d';
const aptDeadlineMs = 25 * 60_000;
const aptEnv = { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** Names of packages that are not installed and configured. */
export const missingPackages = async (): Promise<string[]> => {
  const query = ['dpkg-query', '-W', '-f', '${Package} ${db:Status-Status}\n', ...packages];
  const { stdout } = await run(query, { allowFailure: true });
  const installed = new Set(
    stdout
      .split('\n')
      .filter((line) => line.endsWith(' installed'))
      .map((line) => line.split(' ')[0]),
  );
  return packages.filter((name) => !installed.has(name));
};

/** Installs what is missing. A `policy-rc.d` that was there before is kept, ours is removed again. */
export const install = async (say: (line: string) => void): Promise<void> => {
  const missing = await missingPackages();
  if (missing.length === 0) return say('packages: all there');
  if (process.getuid?.() !== 0) throw new Error('installing packages needs root');
  say(`packages: installing ${missing.length}`);
  const ownPolicy = !(await exists(policyFile));
  if (ownPolicy) await writeFile(policyFile, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const apt = ['apt-get', '-o', 'DPkg::Lock::Timeout=300', '-o', 'Acquire::Retries=3'];
    await run([...apt, 'update'], { env: aptEnv, deadlineMs: aptDeadlineMs });
    // A run that was killed half-way leaves packages unpacked but not configured.
    await run(['dpkg', '--configure', '-a', '--force-confold'], { env: aptEnv, deadlineMs: aptDeadlineMs });
    const flags = ['install', '-y', '--no-install-recommends', '-o', 'Dpkg::Options::=--force-confold'];
    await run([...apt, ...flags, ...missing], { env: aptEnv, deadlineMs: aptDeadlineMs });
  } finally {
    if (ownPolicy) await rm(policyFile, { force: true });
  }
  const still = await missingPackages();
  if (still.length > 0) throw new Error(`still not installed: ${still.join(' ')}`);
  say('packages: installed');
};
