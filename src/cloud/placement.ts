/** placement's part: providers with their inventories and usages, and allocation candidates. */
import { Hono } from 'hono';
import type { Context } from 'hono';
import { may, userOfToken } from './policy.ts';
import { ALLOCATION_RATIOS, capacityOf, freeOn, RESERVED_MEMORY_MIB, usedOn } from './model/scheduler.ts';
import type { CloudState, HostRecord, Resources } from './model/state.ts';

export function placementApp(state: CloudState): Hono {
  const app = new Hono();
  const guarded =
    (rule: string, answer: (context: Context) => Response) =>
    (context: Context): Response => {
      const user = userOfToken(state, context.req.header('x-auth-token'));
      if (user === null) return refused(context, 401, 'Authentication required');
      if (!may(user, rule)) return refused(context, 403, `policy does not allow ${rule}`);
      return answer(context);
    };
  const ofProvider =
    (answer: (context: Context, host: HostRecord) => Response) =>
    (context: Context): Response => {
      const uuid = context.req.param('uuid');
      const host = [...state.hosts.values()].find((candidate) => candidate.providerUuid === uuid);
      return host === undefined
        ? refused(context, 404, `No resource provider ${uuid}`)
        : answer(context, host);
    };
  app.get('/', (context) =>
    context.json({ versions: [{ id: 'v1.0', min_version: '1.0', max_version: '1.39', status: 'CURRENT' }] }),
  );
  app.get(
    '/resource_providers',
    guarded('placement:resource_providers:list', (context) => {
      const providers = [...state.hosts.values()].map((host) => ({
        uuid: host.providerUuid,
        name: host.name,
        generation: 1,
        parent_provider_uuid: null,
        root_provider_uuid: host.providerUuid,
      }));
      return context.json({ resource_providers: providers });
    }),
  );
  app.get(
    '/resource_providers/:uuid/inventories',
    guarded(
      'placement:resource_providers:inventories:list',
      ofProvider((context, host) => context.json({ inventories: inventories(host) })),
    ),
  );
  app.get(
    '/resource_providers/:uuid/usages',
    guarded(
      'placement:resource_providers:usages',
      ofProvider((context, host) => context.json({ usages: byClass(usedOn(state, host.name)) })),
    ),
  );
  app.get(
    '/allocation_candidates',
    guarded('placement:allocation_candidates:list', (context) => context.json(candidates(state, context))),
  );
  return app;
}

function refused(context: Context, status: 401 | 403 | 404, detail: string): Response {
  return context.json({ errors: [{ status, title: 'refused', detail }] }, status);
}

function byClass(resources: Resources): Record<string, number> {
  return { VCPU: resources.vcpus, MEMORY_MB: resources.memoryMib, DISK_GB: resources.diskGib };
}

function inventories(host: HostRecord): unknown {
  const one = (total: number, ratio: number, reserved: number): unknown => ({
    total,
    reserved,
    allocation_ratio: ratio,
    min_unit: 1,
    max_unit: total,
    step_size: 1,
  });
  return {
    VCPU: one(host.total.vcpus, ALLOCATION_RATIOS.vcpus, 0),
    MEMORY_MB: one(host.total.memoryMib, ALLOCATION_RATIOS.memoryMib, RESERVED_MEMORY_MIB),
    DISK_GB: one(host.total.diskGib, ALLOCATION_RATIOS.diskGib, 0),
  };
}

function candidates(state: CloudState, context: Context): unknown {
  const wanted = (context.req.query('resources') ?? '').split(',').map((part) => part.split(':'));
  const hosts = [...state.hosts.values()].filter((host) => {
    const free = byClass(freeOn(state, host));
    return wanted.every(([name, amount]) => (free[name ?? ''] ?? 0) >= Number(amount));
  });
  const limit = Number(context.req.query('limit') ?? hosts.length);
  const summaries = hosts.slice(0, limit).map((host) => {
    const capacity = byClass(capacityOf(host));
    const used = byClass(usedOn(state, host.name));
    const resources = Object.fromEntries(
      Object.keys(capacity).map((name) => [name, { capacity: capacity[name], used: used[name] }]),
    );
    return [host.providerUuid, { resources, traits: [] }];
  });
  return { allocation_requests: [], provider_summaries: Object.fromEntries(summaries) };
}
