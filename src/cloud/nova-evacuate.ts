/** The evacuate action: its checks in nova's order (`api/openstack/compute/evacuate.py`, `compute/api.py` evacuate). */
import { z } from 'zod';
import { acceptEvacuation } from './evacuation.ts';
import { fault, type NovaContext, refuse } from './nova-request.ts';
import { type CloudState, serverOf, serviceIsUp } from './state.ts';

const host = z.string().min(1).max(255).optional();
const adminPass = z.string().optional();
const sharedStorage = z.union([z.boolean(), z.string()]);
const force = z.union([z.boolean(), z.string()]).optional();

/** The API version from which an evacuated server ends stopped, and the nova-compute that can do it. */
const MINOR_STOPPED = 95;
const MIN_VER_NOVA_COMPUTE_EVACUATE_STOPPED = 62;

function schemaFor(minor: number): z.ZodType<{ host?: string | undefined; force?: unknown }> {
  if (minor < 14) return z.strictObject({ host, adminPass, onSharedStorage: sharedStorage });
  if (minor < 29) return z.strictObject({ host, adminPass });
  if (minor < 68) return z.strictObject({ host, adminPass, force });
  return z.strictObject({ host, adminPass });
}

export function evacuateAction(state: CloudState, context: NovaContext, body: unknown): Response {
  const minor = context.get('minor');
  const parsed = schemaFor(minor).safeParse(body);
  if (!parsed.success) {
    const message = `Invalid input for field/attribute evacuate. ${parsed.error.issues[0]?.message ?? ''}`;
    return fault(context, 400, message);
  }
  const id = context.req.param('id') ?? '';
  const server = serverOf(state, id);
  // The server is looked up before the policy is asked.
  if (server === null) return fault(context, 404, `Instance ${id} could not be found.`);
  if (state.deadCells.has(server.cell)) return fault(context, 500, `Cell ${server.cell} is not responding.`);
  const refused = refuse(context, 'os_compute_api:os-evacuate');
  if (refused !== null) return refused;
  const target = parsed.data.host ?? null;
  if (parsed.data.force === true && target === null) {
    return fault(context, 400, "Can't force to a non-provided destination");
  }
  if (target !== null && !state.services.has(target)) {
    return fault(context, 404, `Compute host ${target} not found.`);
  }
  if (target !== null && target === server.host) {
    return fault(context, 400, "The target host can't be the same one.");
  }
  if (minor >= MINOR_STOPPED && state.options.computeServiceVersion < MIN_VER_NOVA_COMPUTE_EVACUATE_STOPPED) {
    return fault(context, 400, 'Cannot evacuate to a stopped server: some nova-compute is too old.');
  }
  if (!['active', 'stopped', 'error'].includes(server.vmState) || !server.launched || server.host === null) {
    const message = `Cannot 'evacuate' instance ${id} while it is in vm_state ${server.vmState}`;
    return fault(context, 409, message);
  }
  const source = state.services.get(server.host);
  if (source !== undefined && serviceIsUp(state, source)) {
    return fault(context, 400, `Compute service of ${server.host} is still in use.`);
  }
  // The task state is not looked at: a second evacuation is accepted while the first is under way (bug 1978983).
  const requestId = context.get('requestId');
  acceptEvacuation(state, { server, target, requestId, stopAfterwards: minor >= MINOR_STOPPED });
  return minor < 14 ? context.json({ adminPass: 'generated' }) : context.body(null, 200);
}
