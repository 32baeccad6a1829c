/** The controllers' daemons: how each is started and when it counts as up. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { daemon, signalDaemon, startDaemon, stopDaemon } from './daemons.ts';
import { authUrl, endpoint } from './config-files.ts';
import { controllerIp, dirs, etcFile, password, ports } from './settings.ts';
import { connects, request } from './http.ts';
import { waitFor } from './wait.ts';

const startDeadlineMs = 120_000;

/** A service that died while starting is an error at once, not when the deadline has passed. */
const waitUp = (name: string, up: () => Promise<boolean>): Promise<unknown> =>
  waitFor(
    name,
    async () => {
      if (daemon(name) === undefined) return 'died' as const;
      return (await up()) && ('up' as const);
    },
    { deadlineMs: startDeadlineMs },
  ).then((how) => {
    if (how === 'died') throw new Error(`${name} ended while starting, see ${join(dirs.log, name)}.log`);
  });

const answers = (url: string) => async (): Promise<boolean> => {
  const { status } = await request('GET', url, { deadlineMs: 10_000 });
  return status >= 200 && status < 500;
};

const rabbitEnv = {
  HOME: dirs.rabbit,
  RABBITMQ_NODENAME: 'vigil-rig@localhost',
  RABBITMQ_MNESIA_BASE: join(dirs.rabbit, 'mnesia'),
  RABBITMQ_LOG_BASE: dirs.rabbit,
  RABBITMQ_CONFIG_FILE: join(dirs.rabbit, 'rabbitmq.conf'),
  RABBITMQ_CONF_ENV_FILE: join(dirs.rabbit, 'rabbitmq-env.conf'),
  RABBITMQ_ENABLED_PLUGINS_FILE: join(dirs.rabbit, 'enabled_plugins'),
  RABBITMQ_DIST_PORT: String(ports.rabbitDist),
  RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
  ERL_EPMD_PORT: String(ports.epmd),
  ERL_EPMD_ADDRESS: '127.0.0.1',
};

/** The bus starts empty each time: messages of another run would only confuse. */
export const startBus = async (): Promise<void> => {
  await rm(dirs.rabbit, { recursive: true, force: true });
  await mkdir(dirs.rabbit, { recursive: true });
  const conf = [
    `listeners.tcp.1 = ${controllerIp}:${ports.rabbit}`,
    'loopback_users = none',
    'default_user = openstack',
    `default_pass = ${password}`,
    'vm_memory_high_watermark.absolute = 1GB',
    'disk_free_limit.absolute = 50MB',
  ];
  await writeFile(join(dirs.rabbit, 'rabbitmq.conf'), `${conf.join('\n')}\n`);
  await writeFile(join(dirs.rabbit, 'rabbitmq-env.conf'), '');
  await writeFile(join(dirs.rabbit, 'enabled_plugins'), '[].\n');
  startDaemon('rabbitmq', ['/usr/lib/rabbitmq/bin/rabbitmq-server'], { env: rabbitEnv });
  await waitUp('rabbitmq', () => connects(controllerIp, ports.rabbit));
};

export const startCache = async (): Promise<void> => {
  startDaemon('memcached', ['memcached', '-u', 'root', '-l', controllerIp, '-p', String(ports.memcached)]);
  await waitUp('memcached', () => connects(controllerIp, ports.memcached));
};

/** Without `--rem-header Content-Length` clients see resets when a body is left unread. */
const uwsgi = (port: number, script: string, processes: number): string[] => [
  'uwsgi_python3',
  '--http-socket',
  `${controllerIp}:${port}`,
  '--rem-header',
  'Content-Length',
  '--lazy-apps',
  '--need-app',
  '--master',
  '--die-on-term',
  '--no-orphans',
  '--enable-threads',
  '--buffer-size',
  '65535',
  '--processes',
  String(processes),
  '--threads',
  '4',
  '--wsgi-file',
  script,
];

export const startKeystone = async (): Promise<void> => {
  startDaemon('keystone', uwsgi(ports.keystone, '/usr/bin/keystone-wsgi-public', 2), {
    env: { OS_KEYSTONE_CONFIG_FILES: etcFile('keystone', 'keystone.conf') },
  });
  await waitUp('keystone', answers(authUrl));
};

export const startPlacement = async (): Promise<void> => {
  startDaemon('placement', uwsgi(ports.placement, '/usr/bin/placement-api', 1), {
    env: { OS_PLACEMENT_CONFIG_DIR: join(dirs.etc, 'placement') },
  });
  await waitUp('placement', answers(endpoint(ports.placement)));
};

const oslo = (program: string, service: string, file: string): string[] => [
  `/usr/bin/${program}`,
  '--config-file',
  etcFile(service, file),
];

export const startGlance = async (): Promise<void> => {
  startDaemon('glance', oslo('glance-api', 'glance', 'glance-api.conf'));
  await waitUp('glance', answers(endpoint(ports.glance)));
};

export const startNeutron = async (): Promise<void> => {
  startDaemon('neutron', oslo('neutron-server', 'neutron', 'neutron.conf'));
  await waitUp('neutron', answers(endpoint(ports.neutron)));
};

/** Started as its own server: under uwsgi it hangs when it has to use the message bus. */
export const startNovaApi = async (): Promise<void> => {
  startDaemon('nova-api', oslo('nova-api', 'nova', 'nova.conf'));
  await waitUp('nova-api', answers(endpoint(ports.nova)));
};

/** Connections are refused from now on. */
export const stopNovaApi = (): Promise<void> => stopDaemon('nova-api');
/** Connections are taken by the kernel and never answered. */
export const freezeNovaApi = (): void => signalDaemon('nova-api', 'SIGSTOP');
export const thawNovaApi = (): void => signalDaemon('nova-api', 'SIGCONT');

/** Up means up in nova's own list, which the caller looks at. */
export const startNovaWorkers = (): void => {
  startDaemon('nova-conductor', oslo('nova-conductor', 'nova', 'nova.conf'));
  startDaemon('nova-scheduler', oslo('nova-scheduler', 'nova', 'nova.conf'));
};

export const controllerDaemons = [
  'mariadb',
  'rabbitmq',
  'memcached',
  'keystone',
  'placement',
  'glance',
  'neutron',
  'nova-api',
  'nova-conductor',
  'nova-scheduler',
] as const;

/** All but the database, which wants a clean end of its own. */
export const stopControllers = async (): Promise<void> => {
  for (const name of controllerDaemons) if (name !== 'mariadb') await stopDaemon(name);
};
