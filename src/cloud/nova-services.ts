/** nova's os-services (`api/openstack/compute/services.py`). */
import type { Hono } from 'hono';
import { forceUpRefused } from './model/refusals.ts';
import { bodyOf, fault, type NovaContext, type NovaVariables, refuse } from './nova-request.ts';
import { novaTime } from './nova-time.ts';
import { type CloudState, type ServiceRecord, serviceIsUp, touchService } from './model/state.ts';

const UUID = /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;
const LIST_PARAMETERS = new Set(['host', 'binary']);

export function serviceRoutes(app: Hono<{ Variables: NovaVariables }>, state: CloudState): void {
  app.get('/os-services', (context) => {
    const refused = refuse(context, 'os_compute_api:os-services:list');
    if (refused !== null) return refused;
    const query = context.req.query();
    const unknown = Object.keys(query).find((name) => !LIST_PARAMETERS.has(name));
    if (context.get('minor') >= 75 && unknown !== undefined) {
      return fault(context, 400, `Additional properties are not allowed ('${unknown}' was unexpected)`);
    }
    const services = [...state.services.values()]
      .filter((service) => query['host'] === undefined || service.host === query['host'])
      .filter(() => query['binary'] === undefined || query['binary'] === 'nova-compute')
      .flatMap((service) => listed(state, service, context.get('minor')));
    return context.json({ services });
  });
  app.put('/os-services/:id', (context) => update(state, context));
}

/** A service of a dead cell is a stub from 2.69 on and left out before. */
function listed(state: CloudState, service: ServiceRecord, minor: number): readonly unknown[] {
  const cell = state.hosts.get(service.host)?.cell ?? '';
  if (!state.deadCells.has(cell)) return [view(state, service, minor)];
  return minor >= 69 ? [{ binary: 'nova-compute', host: service.host, status: 'UNKNOWN' }] : [];
}

function view(state: CloudState, service: ServiceRecord, minor: number): unknown {
  return {
    id: minor >= 53 ? service.id : service.number,
    binary: 'nova-compute',
    host: service.host,
    zone: state.hosts.get(service.host)?.zone ?? 'nova',
    status: service.disabled ? 'disabled' : 'enabled',
    state: serviceIsUp(state, service) ? 'up' : 'down',
    updated_at: service.updatedAtMs === null ? null : novaTime(service.updatedAtMs),
    disabled_reason: service.disabledReason,
    ...(minor >= 11 ? { forced_down: service.forcedDown } : {}),
  };
}

async function update(state: CloudState, context: NovaContext): Promise<Response> {
  const refused = refuse(context, 'os_compute_api:os-services:update');
  if (refused !== null) return refused;
  const body = await bodyOf(context);
  if (body === null) return fault(context, 400, 'Malformed request body');
  const id = context.req.param('id') ?? '';
  return context.get('minor') >= 53
    ? updateByUuid(state, context, id, body)
    : updateByName(state, context, id, body);
}

function updateByUuid(
  state: CloudState,
  context: NovaContext,
  id: string,
  body: Record<string, unknown>,
): Response {
  if (!UUID.test(id)) return fault(context, 400, `Invalid uuid ${id}`);
  const service = [...state.services.values()].find((candidate) => candidate.id === id);
  if (service === undefined) return fault(context, 404, `Service ${id} could not be found.`);
  const forcedDown = body['forced_down'];
  const refusal = forcedDown === false ? forceUpRefused(state, service.host) : null;
  if (refusal !== null) return fault(context, refusal.status, refusal.message);
  const { status, disabled_reason: reason } = body;
  touchService(state, service, {
    ...(typeof forcedDown === 'boolean' ? { forcedDown } : {}),
    ...(status === 'disabled'
      ? { disabled: true, disabledReason: typeof reason === 'string' ? reason : null }
      : {}),
    ...(status === 'enabled' ? { disabled: false, disabledReason: null } : {}),
  });
  return context.json({ service: view(state, service, context.get('minor')) });
}

/** The four routes before 2.53: enable, disable, disable-log-reason and force-down, by host and binary. */
function updateByName(
  state: CloudState,
  context: NovaContext,
  action: string,
  body: Record<string, unknown>,
): Response {
  const host = typeof body['host'] === 'string' ? body['host'] : '';
  const service = state.services.get(host);
  const known = ['enable', 'disable', 'disable-log-reason'];
  if (!known.includes(action) && !(action === 'force-down' && context.get('minor') >= 11)) {
    return fault(context, 404, 'Unknown action');
  }
  if (service === undefined)
    return fault(context, 404, `Could not find binary nova-compute on host ${host}.`);
  const about = { host, binary: 'nova-compute' };
  if (action === 'force-down') {
    touchService(state, service, { forcedDown: body['forced_down'] === true });
    return context.json({ service: { ...about, forced_down: service.forcedDown } });
  }
  const reason = action === 'disable-log-reason' ? body['disabled_reason'] : null;
  touchService(state, service, {
    disabled: action !== 'enable',
    disabledReason: typeof reason === 'string' ? reason : null,
  });
  return context.json({ service: { ...about, status: service.disabled ? 'disabled' : 'enabled' } });
}
