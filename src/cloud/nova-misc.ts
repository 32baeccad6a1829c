/** nova's smaller lists: server groups, flavors, zones, hypervisors. */
import { randomUUID } from 'node:crypto';
import type { Hono } from 'hono';
import { z } from 'zod';
import { bodyOf, fault, type NovaVariables, refuse } from './nova-request.ts';
import { type CloudState, type GroupRecord, liveServers, serviceIsUp } from './model/state.ts';

const groupSchema = z.object({
  server_group: z.object({
    name: z.string(),
    policy: z.enum(['affinity', 'anti-affinity', 'soft-affinity', 'soft-anti-affinity']),
  }),
});

export function miscRoutes(app: Hono<{ Variables: NovaVariables }>, state: CloudState): void {
  app.get('/os-server-groups', (context) => {
    const everybody = context.req.query('all_projects') !== undefined;
    const rule = `os_compute_api:os-server-groups:index${everybody ? ':all_projects' : ''}`;
    const refused = refuse(context, rule);
    if (refused !== null) return refused;
    const offset = Number(context.req.query('offset') ?? 0);
    const limit = Number(context.req.query('limit') ?? 1000);
    const groups = [...state.groups.values()]
      .filter((group) => everybody || group.projectId === context.get('user').projectId)
      .slice(offset, offset + limit);
    return context.json({
      server_groups: groups.map((group) => groupView(state, group, context.get('minor'))),
    });
  });
  app.post('/os-server-groups', async (context) => {
    const parsed = groupSchema.safeParse(await bodyOf(context));
    if (!parsed.success) return fault(context, 400, 'Invalid input for a server group.');
    const { name, policy } = parsed.data.server_group;
    const id = randomUUID();
    const group: GroupRecord = { id, name, policy, projectId: context.get('user').projectId, members: [] };
    state.groups.set(id, group);
    return context.json({ server_group: groupView(state, group, context.get('minor')) });
  });
  for (const path of ['/flavors', '/flavors/detail']) {
    app.get(path, (context) =>
      context.json({
        flavors: [...state.flavors.values()].map((flavor) => ({
          id: flavor.id,
          name: flavor.name,
          vcpus: flavor.vcpus,
          ram: flavor.memoryMib,
          disk: flavor.diskGib,
          links: [],
        })),
      }),
    );
  }
  app.get('/os-availability-zone', (context) => {
    const zones = [...new Set([...state.hosts.values()].map((host) => host.zone))].sort();
    return context.json({
      availabilityZoneInfo: zones.map((zoneName) => ({
        zoneName,
        zoneState: { available: true },
        hosts: null,
      })),
    });
  });
  for (const path of ['/os-hypervisors', '/os-hypervisors/detail']) {
    app.get(path, (context) => {
      const refused = refuse(context, 'os_compute_api:os-hypervisors:list');
      if (refused !== null) return refused;
      return context.json({ hypervisors: hypervisors(state) });
    });
  }
}

function groupView(state: CloudState, group: GroupRecord, minor: number): unknown {
  // Members that are deleted are not shown (`server_groups.py` _format_server_group).
  const members = liveServers(state).map((server) => server.uuid);
  return {
    id: group.id,
    name: group.name,
    project_id: group.projectId,
    members: group.members.filter((vm) => members.includes(vm)),
    ...(minor >= 64 ? { policy: group.policy, rules: {} } : { policies: [group.policy], metadata: {} }),
  };
}

function hypervisors(state: CloudState): readonly unknown[] {
  return [...state.services.values()].map((service) => ({
    id: state.hosts.get(service.host)?.providerUuid,
    hypervisor_hostname: service.host,
    state: serviceIsUp(state, service) ? 'up' : 'down',
    status: service.disabled ? 'disabled' : 'enabled',
    service: { id: service.id, host: service.host, disabled_reason: service.disabledReason },
  }));
}
