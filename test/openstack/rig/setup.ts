/** The first set-up: schemas, accounts, endpoints, one flavor, one image. Done once, then restored. */
import { mkdir, rm } from 'node:fs/promises';
import { z } from 'zod';
import { authUrl, databaseUrl, endpoint } from './config-files.ts';
import { createDatabases } from './database.ts';
import { type Session, openSession } from './openstack.ts';
import { dirs, etcFile, password, ports, proxiedRegion, region } from './settings.ts';
import { run } from './shell.ts';

const schemaDeadlineMs = 10 * 60_000;

const manage = (program: string, config: string, ...args: string[]): Promise<unknown> =>
  run([program, '--config-file', config, ...args], { deadlineMs: schemaDeadlineMs });

const syncKeystone = async (): Promise<void> => {
  const conf = etcFile('keystone', 'keystone.conf');
  for (const kind of ['fernet', 'credential']) {
    await mkdir(`${dirs.lib}/keystone/${kind}`, { recursive: true, mode: 0o700 });
  }
  await manage('keystone-manage', conf, 'db_sync');
  const owner = ['--keystone-user', 'root', '--keystone-group', 'root'];
  await manage('keystone-manage', conf, 'fernet_setup', ...owner);
  await manage('keystone-manage', conf, 'credential_setup', ...owner);
  const urls = ['admin', 'public', 'internal'].flatMap((name) => [`--bootstrap-${name}-url`, authUrl]);
  const who = ['--bootstrap-password', password, '--bootstrap-region-id', region];
  await manage('keystone-manage', conf, 'bootstrap', ...who, ...urls);
};

const syncNova = async (): Promise<void> => {
  const conf = etcFile('nova', 'nova.conf');
  await manage('nova-manage', conf, 'api_db', 'sync');
  const cell0 = ['--database_connection', databaseUrl('nova_cell0')];
  await manage('nova-manage', conf, 'cell_v2', 'map_cell0', ...cell0);
  await manage('nova-manage', conf, 'cell_v2', 'create_cell', '--name', 'cell1');
  await manage('nova-manage', conf, 'db', 'sync');
};

/** All schemas at once: they are mostly waiting for Python to start and for the database. */
export const createSchemas = async (say: (line: string) => void): Promise<void> => {
  await rm(dirs.lib, { recursive: true, force: true });
  for (const service of ['neutron', 'nova', 'glance']) {
    await mkdir(`${dirs.lib}/${service}/lock`, { recursive: true });
  }
  await mkdir(`${dirs.lib}/glance/images`, { recursive: true });
  await createDatabases();
  say('set-up: schemas');
  const results = await Promise.allSettled([
    syncKeystone(),
    syncNova(),
    manage('placement-manage', etcFile('placement', 'placement.conf'), 'db', 'sync'),
    manage('glance-manage', etcFile('glance', 'glance-api.conf'), 'db_sync'),
    manage('neutron-db-manage', etcFile('neutron', 'neutron.conf'), 'upgrade', 'heads'),
  ]);
  // Settled, so that no half of a set-up still runs while the caller cleans up after the other.
  for (const result of results) if (result.status === 'rejected') throw result.reason;
};

const catalog = [
  { name: 'keystone', type: 'identity', url: authUrl, proxied: authUrl },
  { name: 'placement', type: 'placement', url: endpoint(ports.placement) },
  { name: 'glance', type: 'image', url: endpoint(ports.glance) },
  { name: 'neutron', type: 'network', url: endpoint(ports.neutron) },
  {
    name: 'nova',
    type: 'compute',
    url: `${endpoint(ports.nova)}/v2.1`,
    proxied: `${endpoint(ports.novaProxy)}/v2.1`,
  },
] as const;

const named = z.object({ id: z.string(), name: z.string() });
type Named = z.infer<typeof named>;

const createEndpoints = async (cloud: Session): Promise<void> => {
  await cloud.send('keystone', 'PUT', `/regions/${proxiedRegion}`, { region: {} });
  const { services } = await cloud.json(
    z.object({ services: z.array(named) }),
    'keystone',
    'GET',
    '/services',
  );
  for (const entry of catalog) {
    const known = services.find((service) => service.name === entry.name);
    const body = { service: { name: entry.name, type: entry.type } };
    const service =
      known ??
      (await cloud.json(z.object({ service: named }), 'keystone', 'POST', '/services', body)).service;
    const proxied = 'proxied' in entry ? entry.proxied : entry.url;
    const wanted = [
      // Keystone's bootstrap has made its own endpoints in the first region.
      ...(known === undefined ? [{ region_id: region, url: entry.url }] : []),
      { region_id: proxiedRegion, url: proxied },
    ];
    for (const one of wanted) {
      for (const interfaceName of ['public', 'internal', 'admin']) {
        await cloud.send('keystone', 'POST', '/endpoints', {
          endpoint: { service_id: service.id, interface: interfaceName, ...one },
        });
      }
    }
  }
};

const createProject = async (cloud: Session, name: string): Promise<string> => {
  const body = { project: { name, domain_id: 'default' } };
  return (await cloud.json(z.object({ project: named }), 'keystone', 'POST', '/projects', body)).project.id;
};

const createUser = async (cloud: Session, name: string, projectId: string, roles: Named[]): Promise<void> => {
  const body = { user: { name, password, domain_id: 'default' } };
  const { user } = await cloud.json(z.object({ user: named }), 'keystone', 'POST', '/users', body);
  for (const role of roles) {
    await cloud.send('keystone', 'PUT', `/projects/${projectId}/users/${user.id}/roles/${role.id}`);
  }
};

/** Accounts and catalog; needs keystone alone. */
export const createIdentity = async (): Promise<void> => {
  const cloud = openSession();
  const { roles } = await cloud.json(z.object({ roles: z.array(named) }), 'keystone', 'GET', '/roles');
  const admin = roles.filter((role) => role.name === 'admin');
  const { role } = await cloud.json(z.object({ role: named }), 'keystone', 'POST', '/roles', {
    role: { name: 'service' },
  });
  const service = await createProject(cloud, 'service');
  for (const name of ['placement', 'glance', 'neutron', 'nova']) {
    await createUser(cloud, name, service, [...admin, role]);
  }
  // Vigil has a user and a project of its own, so that "all projects" is really needed to see the servers.
  await createUser(cloud, 'vigil', await createProject(cloud, 'vigil'), admin);
  await createEndpoints(cloud);
};

/**
 * Needed after each start of neutron, not only once: creating a network configures the last of the process's mappers,
 * and until then every list of ports, and with it nova's list of servers, is a 500.
 */
export const createNetwork = async (): Promise<void> => {
  await openSession().send('neutron', 'POST', '/networks', { network: { name: 'rig' } });
};

export const createImage = async (): Promise<void> => {
  const cloud = openSession();
  const body = { name: 'rig', disk_format: 'raw', container_format: 'bare', visibility: 'public' };
  const image = await cloud.json(named, 'glance', 'POST', '/images', body);
  const headers = { 'content-type': 'application/octet-stream' };
  const answer = await cloud.call('glance', 'PUT', `/images/${image.id}/file`, {
    headers,
    raw: new Uint8Array(512),
  });
  if (answer.status !== 204) throw new Error(`image: ${answer.status} ${answer.text}`);
};

export const createFlavor = async (): Promise<void> => {
  const flavor = { name: 'rig', id: 'rig', vcpus: 1, ram: 128, disk: 1 };
  await openSession().send('nova', 'POST', '/flavors', { flavor });
};
