/** Servers as an administrator sees them (nova `api/openstack/compute/servers.py`, `views/servers.py`). */
import { z } from 'zod';
import type { CloudFailure, Server } from '../../core/recovery/cloud.ts';
import { type Budget, failed, type Outcome, succeed } from '../http/outcome.ts';
import type { NovaClient } from './nova-client.ts';
import { incomplete, nextLink, readPages } from './paging.ts';
import { listServices } from './services.ts';

const wholeServer = z.object({
  id: z.string(),
  name: z.string(),
  tenant_id: z.string(),
  status: z.string(),
  locked: z.boolean(),
  // An empty string for a server that was booted from a volume.
  image: z.union([z.literal(''), z.object({ id: z.string() })]),
  metadata: z.record(z.string(), z.string()),
  'OS-EXT-SRV-ATTR:host': z.string().nullable(),
  'OS-EXT-STS:vm_state': z.string(),
  'OS-EXT-STS:task_state': z.string().nullable(),
  'OS-EXT-STS:power_state': z.number(),
  'OS-EXT-AZ:availability_zone': z.string().nullable(),
  flavor: z.object({
    original_name: z.string(),
    vcpus: z.number(),
    ram: z.number(),
    disk: z.number(),
    // Absent for those who may not see it (os_compute_api:os-flavor-extra-specs:index).
    extra_specs: z.record(z.string(), z.string()).optional(),
  }),
});

/** What 2.69 and later show of a server whose cell does not answer. */
const stub = z.object({
  id: z.string(),
  status: z.literal('UNKNOWN'),
  'OS-EXT-STS:vm_state': z.never().optional(),
});

const anyServer = z.union([stub, wholeServer]);
const links = z.array(z.object({ rel: z.string(), href: z.string() })).optional();
const listSchema = z.object({ servers: z.array(anyServer), servers_links: links });
const oneSchema = z.object({ server: anyServer });

type AnyServer = z.infer<typeof anyServer>;

/**
 * All servers nova places on a host.
 *
 * With a filter or a limit nova leaves the servers of a dead cell out without a word (api-guide `down_cells.rst`), so
 * the host's service is read after the list: there a dead cell shows. A credential that may not filter by host gets
 * everybody's servers, which shows in the entries' own host.
 */
export async function listServers(
  nova: NovaClient,
  host: string,
  budget: Budget,
): Promise<Outcome<readonly Server[]>> {
  const list = await readPages(
    nova,
    {
      path: '/servers/detail',
      query: { all_tenants: '1', host },
      schema: listSchema,
      page: (document) => ({ entries: document.servers, next: nextLink(document.servers_links) }),
      after: (last: AnyServer) => ({ marker: last.id }),
    },
    budget,
  );
  if (!list.ok) return list;
  const servers: Server[] = [];
  for (const entry of list.value) {
    const server = serverOf(entry);
    if (server === null) return failed(incomplete(`nova shows only a stub of server ${entry.id}`));
    if (server.host !== host) return failed(filterIgnored(server, host));
    servers.push(server);
  }
  const services = await listServices(nova, budget, host);
  return services.ok ? succeed(servers) : services;
}

export async function getServer(nova: NovaClient, vm: string, budget: Budget): Promise<Outcome<Server>> {
  const path = `/servers/${encodeURIComponent(vm)}`;
  const answer = await nova.read({ method: 'GET', path }, oneSchema, budget);
  if (!answer.ok) return answer;
  const server = serverOf(answer.value.server);
  return server === null ? failed(incomplete(`nova shows only a stub of server ${vm}`)) : succeed(server);
}

function serverOf(entry: AnyServer): Server | null {
  if (!('flavor' in entry)) return null;
  return {
    vm: entry.id,
    name: entry.name,
    projectId: entry.tenant_id,
    // A server that is on no host (not yet scheduled, shelved) has an empty one.
    host: entry['OS-EXT-SRV-ATTR:host'] ?? '',
    status: entry.status,
    vmState: entry['OS-EXT-STS:vm_state'],
    taskState: entry['OS-EXT-STS:task_state'],
    powerState: entry['OS-EXT-STS:power_state'],
    zone: entry['OS-EXT-AZ:availability_zone'] ?? '',
    locked: entry.locked,
    bootedFromVolume: entry.image === '',
    metadata: entry.metadata,
    flavor: {
      name: entry.flavor.original_name,
      vcpus: entry.flavor.vcpus,
      memoryMib: entry.flavor.ram,
      diskGib: entry.flavor.disk,
      extraSpecs: entry.flavor.extra_specs ?? {},
    },
  };
}

function filterIgnored(server: Server, host: string): CloudFailure {
  return {
    code: 'unintelligible',
    service: 'nova',
    status: null,
    requestId: null,
    detail:
      `asked for servers of ${host}, nova listed ${server.vm} of ${server.host}: ` +
      'the credential may not filter by host (os_compute_api:servers:allow_all_filters)',
  };
}
