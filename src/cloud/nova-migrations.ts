/** nova's os-migrations and os-instance-actions (`api/openstack/compute/migrations.py`, `instance_actions.py`). */
import type { Hono } from 'hono';
import { pageLinks, pageOf } from './nova-paging.ts';
import { fault, type NovaContext, type NovaVariables, refuse } from './nova-request.ts';
import { novaTime } from './nova-time.ts';
import { may } from './policy.ts';
import { type CloudState, type MigrationRecord, serverOf, shownMigrations } from './model/state.ts';

export function migrationRoutes(app: Hono<{ Variables: NovaVariables }>, state: CloudState): void {
  app.get('/os-migrations', (context) => list(state, context));
  app.get('/servers/:id/os-instance-actions', (context) => {
    const id = context.req.param('id');
    if (serverOf(state, id) === null) return fault(context, 404, `Instance ${id} could not be found.`);
    const actions = state.actions.filter((action) => action.instanceUuid === id).reverse();
    return context.json({
      instanceActions: actions.map((action) => ({
        action: action.action,
        instance_uuid: action.instanceUuid,
        request_id: action.requestId,
        project_id: action.projectId,
        start_time: novaTime(action.startedAtMs),
        message: action.message,
      })),
    });
  });
}

function list(state: CloudState, context: NovaContext): Response {
  const refused = refuse(context, 'os_compute_api:os-migrations:index');
  if (refused !== null) return refused;
  const minor = context.get('minor');
  const query = context.req.query();
  const newestFirst = shownMigrations(state)
    .filter((row) => fits(row, query))
    .filter((row) => !state.deadCells.has(state.servers.get(row.instanceUuid)?.cell ?? ''))
    .sort((left, right) => right.createdAtMs - left.createdAtMs || right.id - left.id);
  // Paged from 2.59 on; before, all of them in the order of the table.
  const paged = minor >= 59;
  const page = pageOf(newestFirst, paged ? query : {}, (row) => row.uuid);
  if (page === null) return fault(context, 400, `Marker ${query['marker']} could not be found.`);
  const hostsShown = may(context.get('user'), 'os_compute_api:os-migrations:index:host');
  const migrations = page.entries.map((row) => view(state, row, minor, hostsShown));
  const links = paged ? pageLinks(context, page, (row) => row.uuid) : null;
  return context.json({ migrations, ...(links === null ? {} : { migrations_links: links }) });
}

function fits(row: MigrationRecord, query: Readonly<Record<string, string>>): boolean {
  const { host } = query;
  const since = query['changes-since'];
  return (
    (host === undefined || row.source === host || row.dest === host) &&
    equalOrUnasked(query['instance_uuid'], row.instanceUuid) &&
    equalOrUnasked(query['migration_type'], row.type) &&
    equalOrUnasked(query['status'], row.status) &&
    equalOrUnasked(query['source_compute'], row.source) &&
    (since === undefined || (row.updatedAtMs ?? row.createdAtMs) >= Date.parse(since))
  );
}

function equalOrUnasked(asked: string | undefined, value: string): boolean {
  return asked === undefined || asked === value;
}

/** Without the rule `index:host` (32.0.0) every host name is null. */
function view(state: CloudState, row: MigrationRecord, minor: number, hostsShown: boolean): unknown {
  const server = state.servers.get(row.instanceUuid);
  return {
    id: row.id,
    instance_uuid: row.instanceUuid,
    status: row.status,
    source_compute: hostsShown ? row.source : null,
    source_node: hostsShown ? row.source : null,
    dest_compute: hostsShown ? row.dest : null,
    dest_node: hostsShown ? row.dest : null,
    dest_host: null,
    old_instance_type_id: null,
    new_instance_type_id: null,
    created_at: novaTime(row.createdAtMs),
    updated_at: row.updatedAtMs === null ? null : novaTime(row.updatedAtMs),
    ...(minor >= 23 ? { migration_type: row.type } : {}),
    ...(minor >= 59 ? { uuid: row.uuid } : {}),
    ...(minor >= 80 ? { user_id: server?.userId ?? null, project_id: server?.projectId ?? null } : {}),
  };
}
