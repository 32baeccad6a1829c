/** What a sound keystone, nova and placement answer, in the shapes of nova 2.94 and placement 1.29. */

export interface SoundAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export const PASSWORD = 'tell-nobody-the-password';
export const TOKEN = 'gAAAA-tell-nobody-the-token';
export const HOST = 'h1';
export const VM = '9911aa85-1001-4a98-9136-f67fdad5feb0';
export const SERVICE = 'c0ffee00-1001-4a98-9136-f67fdad5feb0';

const LATER_VM = '9911aa85-1002-4a98-9136-f67fdad5feb0';
const LAST_VM = '9911aa85-1003-4a98-9136-f67fdad5feb0';
const [P1, P2, DISKS] = ['p1', 'p2', 'disks'].map((name) => `${name}-1001-4a98-9136-f67fdad5feb0`);

const endpoint = (url: string) => ({ id: 'e1', interface: 'public', region: 'one', region_id: 'one', url });
const token = (url: string) => ({
  token: {
    methods: ['password'],
    user: { id: 'u1', name: 'vigil', domain: { id: 'default', name: 'Default' } },
    issued_at: '2026-01-01T00:00:00.000000Z',
    expires_at: '2026-01-01T01:00:00.000000Z',
    roles: [{ id: 'r1', name: 'admin' }],
    catalog: [
      { type: 'compute', id: 's1', name: 'nova', endpoints: [endpoint(`${url}/compute/v2.1`)] },
      { type: 'placement', id: 's2', name: 'placement', endpoints: [endpoint(`${url}/placement`)] },
    ],
  },
});
const version = {
  version: { id: 'v2.1', status: 'CURRENT', version: '2.96', min_version: '2.1', links: [] },
};
const service = (host: string) => ({
  id: SERVICE,
  binary: 'nova-compute',
  host,
  zone: 'nova',
  state: 'up',
  status: 'enabled',
  disabled_reason: null,
  forced_down: false,
  updated_at: '2026-01-01T00:00:00.000000',
});
const server = (id: string) => ({
  id,
  name: 'web',
  tenant_id: 't1',
  status: 'ACTIVE',
  locked: false,
  image: '',
  metadata: { HA_Enabled: 'True' },
  'OS-EXT-SRV-ATTR:host': HOST,
  'OS-EXT-STS:vm_state': 'active',
  'OS-EXT-STS:task_state': null,
  'OS-EXT-STS:power_state': 1,
  'OS-EXT-AZ:availability_zone': 'nova',
  flavor: { original_name: 'tiny', vcpus: 1, ram: 128, disk: 1, extra_specs: { 'hw:mem_page_size': 'any' } },
});
const migration = (id: number, status: string) => ({
  id,
  uuid: `m${id}`,
  instance_uuid: VM,
  migration_type: 'evacuation',
  status,
  source_compute: HOST,
  dest_compute: 'h2',
  created_at: '2026-01-01T00:00:00.000000',
  updated_at: null,
});
const group = (id: string) => ({ id, name: id, policy: 'anti-affinity', rules: {}, members: [VM] });
const provider = (uuid = '', name = '') => ({ uuid, name, generation: 1, parent_provider_uuid: null });
const resources = { VCPU: { capacity: 8, used: 1 }, MEMORY_MB: { capacity: 8192, used: 128 } };

type Page = (url: string, query: URLSearchParams) => unknown;
const next = (url: string, path: string, marker: string) => [
  { rel: 'next', href: `${url}/compute/v2.1${path}?limit=1000&marker=${marker}` },
];

/** By method and path; the first that fits. */
const routes: readonly (readonly [RegExp, number, Page])[] = [
  [/^POST \/identity\/v3\/auth\/tokens$/, 201, token],
  [/^GET \/compute\/v2\.1\/$/, 200, () => version],
  [/^GET .*\/os-services$/, 200, () => ({ services: [service(HOST)] })],
  [/^PUT .*\/os-services\/[^/]+$/, 200, () => ({ service: service(HOST) })],
  [
    /^GET .*\/servers\/detail$/,
    200,
    (url, query) =>
      query.has('marker')
        ? { servers: [server(LAST_VM)] }
        : { servers: [server(VM), server(LATER_VM)], servers_links: next(url, '/servers/detail', LATER_VM) },
  ],
  [/^GET .*\/diagnostics$/, 200, () => ({ state: 'running', driver: 'libvirt', uptime: 5 })],
  [/^GET .*\/servers\/[^/]+$/, 200, () => ({ server: server(VM) })],
  [/^POST .*\/action$/, 202, () => ''],
  [
    /^GET .*\/os-migrations$/,
    200,
    (url, query) =>
      query.has('marker')
        ? { migrations: [migration(7, 'done')] }
        : { migrations: [migration(9, 'accepted')], migrations_links: next(url, '/os-migrations', 'm9') },
  ],
  [
    /^GET .*\/os-server-groups$/,
    200,
    (_url, query) => ({ server_groups: query.get('offset') === '0' ? [group('g1'), group('g2')] : [] }),
  ],
  [
    /^GET .*\/resource_providers$/,
    200,
    () => ({
      resource_providers: [provider(P1, 'h1'), provider(P2, 'h2.example'), provider(DISKS, 'disks')],
    }),
  ],
  [
    /^GET .*\/allocation_candidates$/,
    200,
    () => ({ allocation_requests: [], provider_summaries: { [P1 ?? '']: { resources, traits: [] } } }),
  ],
  [
    /^GET .*\/inventories$/,
    200,
    () => ({
      inventories: {
        VCPU: { total: 8, reserved: 1, allocation_ratio: 2.5 },
        MEMORY_MB: { total: 4096, reserved: 512, allocation_ratio: 1 },
      },
    }),
  ],
  [/^GET .*\/usages$/, 200, () => ({ usages: { VCPU: 3, MEMORY_MB: 256 } })],
];

export function soundAnswer(cloudUrl: string, method: string, target: URL): SoundAnswer {
  const asked = `${method} ${target.pathname}`;
  const found = routes.find(([pattern]) => pattern.test(asked));
  if (found === undefined) return { status: 404, headers: {}, body: { itemNotFound: { message: 'none' } } };
  const [, status, page] = found;
  const isAuth = target.pathname.startsWith('/identity');
  return {
    status,
    headers: { 'x-openstack-request-id': 'req-1', ...(isAuth ? { 'x-subject-token': TOKEN } : {}) },
    body: page(cloudUrl, target.searchParams),
  };
}
