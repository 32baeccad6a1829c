/**
 * MariaDB with a data folder of its own. After the first complete set-up a copy of the data of the stopped server is
 * kept; a later start unpacks it and has all databases, users, endpoints and host mappings within a second or two.
 */
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { configFingerprint } from './config-files.ts';
import { signalDaemon, startDaemon, stopDaemon } from './daemons.ts';
import { controllerIp, dirs, password, ports, stateDir } from './settings.ts';
import { run } from './shell.ts';
import { waitFor } from './wait.ts';

const socket = join(dirs.run, 'mariadb.sock');
const archive = join(dirs.pristine, 'state.tar');
const fingerprintFile = join(dirs.pristine, 'fingerprint');
/** What belongs to a set-up: the data, and the keys and images that the data speaks of. */
const archived = ['mysql', 'lib'];

export const databases = [
  'keystone',
  'placement',
  'glance',
  'neutron',
  'nova_api',
  'nova',
  'nova_cell0',
] as const;

export const sql = async (statements: string, database?: string): Promise<string> => {
  const client = ['mariadb', '--no-defaults', '-N', `--socket=${socket}`, '--user=root'];
  const argv = database === undefined ? client : [...client, database];
  return (await run(argv, { input: statements })).stdout;
};

export const startDatabase = async (): Promise<void> => {
  await mkdir(dirs.run, { recursive: true });
  startDaemon('mariadb', [
    'mariadbd',
    '--no-defaults',
    '--user=root',
    `--datadir=${dirs.mysql}`,
    `--socket=${socket}`,
    `--pid-file=${join(dirs.run, 'mariadb.pid')}`,
    `--bind-address=${controllerIp}`,
    `--port=${ports.mariadb}`,
    '--max-connections=800',
    '--skip-name-resolve',
    // Nothing here outlives the machine, and a sync per commit would be most of the time of a first set-up.
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-buffer-pool-size=256M',
    '--character-set-server=utf8mb4',
  ]);
  await waitFor('mariadb', async () => (await sql('select 1')) !== '', { deadlineMs: 60_000 });
};

export const stopDatabase = (): Promise<void> => stopDaemon('mariadb', 30_000);

/** An empty server with all databases and the one account that the services share. */
export const createDatabases = async (): Promise<void> => {
  await rm(dirs.mysql, { recursive: true, force: true });
  await mkdir(dirs.mysql, { recursive: true });
  const init = ['mariadb-install-db', '--no-defaults', '--user=root', `--datadir=${dirs.mysql}`];
  await run([...init, '--auth-root-authentication-method=socket', '--skip-test-db'], { deadlineMs: 120_000 });
  await startDatabase();
  const account = `'openstack'@'%'`;
  const create = databases.map((name) => `CREATE DATABASE ${name}; GRANT ALL ON ${name}.* TO ${account};`);
  await sql(`CREATE USER ${account} IDENTIFIED BY '${password}'; ${create.join(' ')}`);
};

/** A copy made with this very configuration is there. */
export const hasPristine = async (): Promise<boolean> => {
  try {
    await access(archive);
    return (await readFile(fingerprintFile, 'utf8')) === configFingerprint();
  } catch {
    return false;
  }
};

/** Call with all services but the database stopped. */
export const savePristine = async (): Promise<void> => {
  await stopDatabase();
  await mkdir(dirs.pristine, { recursive: true });
  await rm(fingerprintFile, { force: true });
  await run(['tar', '-C', stateDir, '-cf', `${archive}.new`, ...archived], { deadlineMs: 120_000 });
  await rename(`${archive}.new`, archive);
  // Last, so that a half-written copy is never taken for one.
  await writeFile(fingerprintFile, configFingerprint());
};

export const restorePristine = async (): Promise<void> => {
  for (const name of archived) await rm(join(stateDir, name), { recursive: true, force: true });
  await run(['tar', '-C', stateDir, '-xf', archive], { deadlineMs: 120_000 });
};

export const freezeDatabase = (): void => signalDaemon('mariadb', 'SIGSTOP');
export const thawDatabase = (): void => signalDaemon('mariadb', 'SIGCONT');
