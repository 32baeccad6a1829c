/** Migration records, newest first (nova `api/openstack/compute/migrations.py`; paged from 2.59 on). */
import { z } from 'zod';
import type { Migration } from '../../core/recovery/cloud.ts';
import { type Budget, failed, type Outcome, succeed } from '../http/outcome.ts';
import type { NovaClient } from './nova-client.ts';
import { incomplete, nextLink, readPages } from './paging.ts';
import { getServer } from './servers.ts';
import { listServices } from './services.ts';

const record = z.object({
  id: z.number().int(),
  uuid: z.string().optional(),
  instance_uuid: z.string(),
  migration_type: z.enum(['evacuation', 'live-migration', 'migration', 'resize']),
  status: z.string(),
  source_compute: z.string().nullable(),
  dest_compute: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string().nullable(),
});

const listSchema = z.object({
  migrations: z.array(record),
  migrations_links: z.array(z.object({ rel: z.string(), href: z.string() })).optional(),
});

/**
 * All records of one VM. Nova leaves the records of a dead cell out without a word, and "no record" is the dangerous
 * answer, so an empty list is believed only when the VM's cell answers for the VM itself.
 */
export async function listVmMigrations(
  nova: NovaClient,
  vm: string,
  budget: Budget,
): Promise<Outcome<readonly Migration[]>> {
  const list = await readMigrations(nova, { instance_uuid: vm }, budget);
  if (!list.ok) return list;
  const foreign = list.value.find((migration) => migration.vm !== vm);
  if (foreign !== undefined) {
    return failed(incomplete(`asked for migrations of ${vm}, nova listed one of ${foreign.vm}`));
  }
  if (list.value.length > 0) return list;
  const server = await getServer(nova, vm, budget);
  if (!server.ok && server.failure.code !== 'not-found') return server;
  return list;
}

/** All records with the host as source or target. */
export async function listHostMigrations(
  nova: NovaClient,
  host: string,
  budget: Budget,
): Promise<Outcome<readonly Migration[]>> {
  const list = await readMigrations(nova, { host }, budget);
  if (!list.ok) return list;
  const services = await listServices(nova, budget, host);
  return services.ok ? list : services;
}

async function readMigrations(
  nova: NovaClient,
  query: Readonly<Record<string, string>>,
  budget: Budget,
): Promise<Outcome<readonly Migration[]>> {
  const list = await readPages(
    nova,
    {
      path: '/os-migrations',
      query,
      schema: listSchema,
      page: (document) => ({ entries: document.migrations, next: nextLink(document.migrations_links) }),
      after: (last: z.infer<typeof record>) => ({ marker: last.uuid ?? String(last.id) }),
    },
    budget,
  );
  if (!list.ok) return list;
  // Before 2.59 nova gives them in no order; ids grow with time within a cell.
  return succeed(list.value.map(migrationOf).sort((left, right) => right.id - left.id));
}

function migrationOf(entry: z.infer<typeof record>): Migration {
  return {
    id: entry.id,
    vm: entry.instance_uuid,
    type: entry.migration_type,
    status: entry.status,
    source: entry.source_compute,
    target: entry.dest_compute,
    createdAt: entry.created_at,
    updatedAt: entry.updated_at,
  };
}
