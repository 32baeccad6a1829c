/** The services' configuration, written whole into the state folder. Everything not named here is Debian's default. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type HostName,
  cloudsYaml,
  controllerIp,
  dirs,
  etcFile,
  hostIp,
  novaStateDir,
  password,
  ports,
  proxiedRegion,
  region,
} from './settings.ts';

type Section = Readonly<Record<string, string | number>>;
type Config = Readonly<Record<string, Section>>;

const ini = (config: Config): string =>
  Object.entries(config)
    .map(([name, section]) => {
      const lines = Object.entries(section).map(([key, value]) => `${key} = ${value}\n`);
      return `[${name}]\n${lines.join('')}`;
    })
    .join('\n');

export const authUrl = `http://${controllerIp}:${ports.keystone}/v3`;
export const endpoint = (port: number): string => `http://${controllerIp}:${port}`;
export const databaseUrl = (name: string): string =>
  `mysql+pymysql://openstack:${password}@${controllerIp}:${ports.mariadb}/${name}?charset=utf8mb4`;
const transportUrl = `rabbit://openstack:${password}@${controllerIp}:${ports.rabbit}/`;

const serviceAuth = (username: string): Section => ({
  auth_url: authUrl,
  auth_type: 'password',
  project_domain_name: 'Default',
  user_domain_name: 'Default',
  project_name: 'service',
  username,
  password,
  region_name: region,
});

const keystoneAuthtoken = (username: string): Section => ({
  ...serviceAuth(username),
  www_authenticate_uri: authUrl,
  memcached_servers: `${controllerIp}:${ports.memcached}`,
  service_token_roles_required: 'true',
});

/** A dead consumer must not keep taking messages long after its host has gone. */
const rabbitSection: Section = { heartbeat_timeout_threshold: 15 };
const database = (name: string): Section => ({ connection: databaseUrl(name), max_pool_size: 10 });
const concurrency = (service: string): Section => ({ lock_path: `${dirs.lib}/${service}/lock` });

const keystone: Config = {
  DEFAULT: { use_stderr: 'true' },
  database: database('keystone'),
  token: { provider: 'fernet' },
  fernet_tokens: { key_repository: `${dirs.lib}/keystone/fernet` },
  credential: { key_repository: `${dirs.lib}/keystone/credential` },
  // The cost of a real password hash is time the tests would wait for.
  identity: { password_hash_rounds: 4 },
};

const placement: Config = {
  DEFAULT: {},
  placement_database: database('placement'),
  api: { auth_strategy: 'keystone' },
  keystone_authtoken: keystoneAuthtoken('placement'),
};

const glance: Config = {
  DEFAULT: { bind_host: controllerIp, bind_port: ports.glance, workers: 1, use_stderr: 'true' },
  database: database('glance'),
  keystone_authtoken: keystoneAuthtoken('glance'),
  paste_deploy: { flavor: 'keystone', config_file: '/etc/glance/glance-api-paste.ini' },
  glance_store: {
    stores: 'file',
    default_store: 'file',
    filesystem_store_datadir: `${dirs.lib}/glance/images`,
  },
};

const neutron: Config = {
  DEFAULT: {
    bind_host: controllerIp,
    bind_port: ports.neutron,
    api_workers: 1,
    rpc_workers: 1,
    core_plugin: 'ml2',
    service_plugins: 'router,port_forwarding',
    api_paste_config: '/etc/neutron/api-paste.ini',
    auth_strategy: 'keystone',
    transport_url: transportUrl,
    state_path: `${dirs.lib}/neutron`,
    notify_nova_on_port_status_changes: 'false',
    notify_nova_on_port_data_changes: 'false',
    use_stderr: 'true',
  },
  oslo_messaging_rabbit: rabbitSection,
  oslo_concurrency: concurrency('neutron'),
  database: database('neutron'),
  keystone_authtoken: keystoneAuthtoken('neutron'),
  ml2: { type_drivers: 'local', tenant_network_types: 'local', mechanism_drivers: '' },
};

/** What nova's controllers and computes have in common. `service_down_time` and `report_interval` stay default. */
const novaCommon = (ip: string, statePath: string): Config => ({
  DEFAULT: {
    my_ip: ip,
    transport_url: transportUrl,
    state_path: statePath,
    use_stderr: 'true',
    debug: 'false',
  },
  oslo_messaging_rabbit: rabbitSection,
  oslo_concurrency: { lock_path: `${statePath}/lock` },
  glance: { api_servers: endpoint(ports.glance) },
  neutron: serviceAuth('neutron'),
  placement: serviceAuth('placement'),
  keystone_authtoken: keystoneAuthtoken('nova'),
  vnc: { enabled: 'false' },
});

const novaController: Config = {
  ...novaCommon(controllerIp, `${dirs.lib}/nova`),
  DEFAULT: {
    ...novaCommon(controllerIp, `${dirs.lib}/nova`)['DEFAULT'],
    enabled_apis: 'osapi_compute',
    osapi_compute_listen: controllerIp,
    osapi_compute_listen_port: ports.nova,
    osapi_compute_workers: 2,
  },
  api: { auth_strategy: 'keystone' },
  api_database: database('nova_api'),
  database: database('nova'),
  conductor: { workers: 2 },
  scheduler: { workers: 1, discover_hosts_in_cells_interval: 5 },
  quota: { driver: 'nova.quota.NoopQuotaDriver' },
  wsgi: { api_paste_config: '/etc/nova/api-paste.ini' },
};

export const novaCompute = (host: HostName): Config => {
  const common = novaCommon(hostIp(host), novaStateDir(host));
  return {
    ...common,
    DEFAULT: {
      ...common['DEFAULT'],
      host,
      compute_driver: 'vigil_rig.StandInDriver',
      resume_guests_state_on_host_boot: 'false',
    },
  };
};

const clouds = (): string => {
  const cloud = (name: string, regionName: string): string =>
    `  ${name}:\n    region_name: ${regionName}\n    auth:\n      auth_url: ${authUrl}\n` +
    `      username: vigil\n      password: ${password}\n      project_name: vigil\n` +
    '      user_domain_name: Default\n      project_domain_name: Default\n';
  return `clouds:\n${cloud('rig', region)}${cloud('rig-proxied', proxiedRegion)}`;
};

const files: Readonly<Record<string, string>> = {
  [etcFile('keystone', 'keystone.conf')]: ini(keystone),
  [etcFile('placement', 'placement.conf')]: ini(placement),
  [etcFile('glance', 'glance-api.conf')]: ini(glance),
  [etcFile('neutron', 'neutron.conf')]: ini(neutron),
  [etcFile('nova', 'nova.conf')]: ini(novaController),
  [cloudsYaml]: clouds(),
};

/** Changes whenever a set-up made with another configuration must not be used any more. */
export const configFingerprint = (): string =>
  createHash('sha256').update(JSON.stringify(files)).digest('hex').slice(0, 16);

export const writeConfig = async (hosts: readonly HostName[]): Promise<void> => {
  const compute = Object.fromEntries(
    hosts.map((host) => [etcFile(host, 'nova.conf'), ini(novaCompute(host))]),
  );
  for (const [file, text] of Object.entries({ ...files, ...compute })) {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { mode: 0o600 });
  }
  for (const service of ['neutron', 'nova', 'glance']) {
    await mkdir(`${dirs.lib}/${service}/lock`, { recursive: true });
  }
  await mkdir(`${dirs.lib}/glance/images`, { recursive: true });
};
