/** nova's servers: list, show, create, delete and the other actions (`api/openstack/compute/servers.py`). */
import type { Hono } from 'hono';
import { createServer } from './create-server.ts';
import { evacuateAction } from './nova-evacuate.ts';
import { rebootAction } from './nova-guests.ts';
import { bodyOf, fault, type NovaContext, type NovaVariables, refuse } from './nova-request.ts';
import { statusOf } from './model/status.ts';
import { serverStub, serverView, type Visibility } from './nova-server-view.ts';
import { pageLinks, pageOf } from './nova-paging.ts';
import { may } from './policy.ts';
import {
  type CloudState,
  liveServers,
  sendOrder,
  serverOf,
  type ServerRecord,
  touchServer,
} from './model/state.ts';

const LIST_PARAMETERS = new Set(
  `host all_tenants limit marker name status project_id deleted changes-since availability_zone vm_state
   task_state sort_key sort_dir uuid user_id`.split(/\s+/),
);

export function serverRoutes(app: Hono<{ Variables: NovaVariables }>, state: CloudState): void {
  app.get('/servers/detail', (context) => list(state, context));
  app.get('/servers', (context) => list(state, context));
  app.get('/servers/:id', (context) => show(state, context));
  app.post('/servers', (context) => create(state, context));
  app.delete('/servers/:id', (context) => remove(state, context));
  app.post('/servers/:id/action', (context) => act(state, context));
}

function visibility(context: NovaContext): Visibility {
  const hostShown = may(context.get('user'), 'os_compute_api:os-extended-server-attributes');
  return { minor: context.get('minor'), hostShown };
}

function list(state: CloudState, context: NovaContext): Response {
  const query = context.req.query();
  const user = context.get('user');
  const unknown = Object.keys(query).find((name) => !LIST_PARAMETERS.has(name));
  if (context.get('minor') >= 75 && unknown !== undefined) {
    return fault(context, 400, `Additional properties are not allowed ('${unknown}' was unexpected)`);
  }
  const everybody = ['1', 'true', 'True'].includes(query['all_tenants'] ?? '');
  if (everybody) {
    const refused = refuse(context, 'os_compute_api:servers:detail:get_all_tenants');
    if (refused !== null) return refused;
  }
  // Who may not filter by host has the filter dropped without a word (`_get_server_search_options`).
  const host = may(user, 'os_compute_api:servers:allow_all_filters') ? query['host'] : undefined;
  const stubs = showsStubs(context, query);
  const found = liveServers(state)
    .filter((server) => everybody || server.projectId === user.projectId)
    .filter((server) => host === undefined || server.host === host)
    .filter((server) => query['name'] === undefined || server.name.includes(query['name']))
    .filter((server) => query['status'] === undefined || statusOf(server) === query['status'].toUpperCase())
    .filter((server) => stubs || !state.deadCells.has(server.cell));
  const page = pageOf(found, query, (server) => server.uuid);
  if (page === null) return fault(context, 400, `marker [${query['marker']}] not found`);
  const visible = visibility(context);
  const servers = page.entries.map((server) =>
    state.deadCells.has(server.cell) ? serverStub(server) : serverView(state, server, visible),
  );
  const links = pageLinks(context, page, (server) => server.uuid);
  return context.json({ servers, ...(links === null ? {} : { servers_links: links }) });
}

/** With any other filter, a limit or a marker the servers of a dead cell are left out (api-guide `down_cells.rst`). */
function showsStubs(context: NovaContext, query: Readonly<Record<string, string>>): boolean {
  const plain = Object.keys(query).every((name) => ['all_tenants', 'project_id'].includes(name));
  return context.get('minor') >= 69 && plain;
}

function visibleServer(state: CloudState, context: NovaContext): ServerRecord | null {
  const server = serverOf(state, context.req.param('id') ?? '');
  const user = context.get('user');
  return server !== null && (user.admin || server.projectId === user.projectId) ? server : null;
}

export function serverNotFound(context: NovaContext): Response {
  return fault(context, 404, `Instance ${context.req.param('id') ?? ''} could not be found.`);
}

function show(state: CloudState, context: NovaContext): Response {
  const refused = refuse(context, 'os_compute_api:servers:show');
  if (refused !== null) return refused;
  const server = visibleServer(state, context);
  if (server === null) return serverNotFound(context);
  if (!state.deadCells.has(server.cell)) {
    return context.json({ server: serverView(state, server, visibility(context)) });
  }
  if (context.get('minor') >= 69) return context.json({ server: serverStub(server) });
  return fault(context, 500, 'The cell of the instance is not responding.');
}

async function create(state: CloudState, context: NovaContext): Promise<Response> {
  const refused = refuse(context, 'os_compute_api:servers:create');
  if (refused !== null) return refused;
  const body = await bodyOf(context);
  const created = createServer(state, context.get('user'), body?.['server'], body?.['os:scheduler_hints']);
  if (!created.ok) return fault(context, created.status, created.message);
  return context.json({ server: { id: created.server.uuid, links: [] } }, 202);
}

function remove(state: CloudState, context: NovaContext): Response {
  const refused = refuse(context, 'os_compute_api:servers:delete');
  if (refused !== null) return refused;
  const server = visibleServer(state, context);
  if (server === null) return serverNotFound(context);
  touchServer(state, server, { deleted: true, vmState: 'deleted', taskState: null });
  state.allocations.delete(server.uuid);
  if (server.host !== null) sendOrder(state, server.host, 'destroy', server);
  return context.body(null, 204);
}

async function act(state: CloudState, context: NovaContext): Promise<Response> {
  const body = await bodyOf(context);
  const action = Object.keys(body ?? {})[0];
  if (body === null || action === undefined) return fault(context, 400, 'Malformed request body');
  if (action === 'evacuate') return evacuateAction(state, context, body['evacuate']);
  const server = visibleServer(state, context);
  if (server === null) return serverNotFound(context);
  switch (action) {
    case 'reboot':
      return rebootAction(state, context, server, body[action]);
    case 'lock':
    case 'unlock':
      touchServer(state, server, { locked: action === 'lock' });
      return context.body(null, 202);
    case 'pause':
    case 'unpause': {
      const paused = action === 'pause';
      const vmState = paused ? 'paused' : 'active';
      touchServer(state, server, { vmState, powerState: paused ? 3 : 1, taskState: null });
      return context.body(null, 202);
    }
    case 'os-resetState': {
      const refused = refuse(context, 'os_compute_api:os-admin-actions:reset_state');
      if (refused !== null) return refused;
      const wanted = body[action];
      const active =
        typeof wanted === 'object' && wanted !== null && 'state' in wanted && wanted.state === 'active';
      touchServer(state, server, { vmState: active ? 'active' : 'error', taskState: null });
      return context.body(null, 202);
    }
    default:
      return fault(context, 400, `There is no such action: ${action}`);
  }
}
