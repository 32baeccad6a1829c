/** The evacuate action: its checks in nova's order (`api/openstack/compute/evacuate.py`, `compute/api.py` evacuate). */
import { z } from 'zod';
import { acceptEvacuation } from './model/evacuation.ts';
import { evacuationRefused } from './model/refusals.ts';
import { fault, type NovaContext, refuse } from './nova-request.ts';
import { type CloudState, serverOf } from './model/state.ts';

const host = z.string().min(1).max(255).optional();
const adminPass = z.string().optional();
const sharedStorage = z.union([z.boolean(), z.string()]);
const force = z.union([z.boolean(), z.string()]).optional();

/** The API version from which an evacuated server ends stopped. */
const MINOR_STOPPED = 95;

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
  const stopAfterwards = minor >= MINOR_STOPPED;
  const refusal = evacuationRefused(state, server, { target, stopAfterwards });
  if (refusal !== null) return fault(context, refusal.status, refusal.message);
  const requestId = context.get('requestId');
  acceptEvacuation(state, { server, target, requestId, stopAfterwards });
  return minor < 14 ? context.json({ adminPass: 'generated' }) : context.body(null, 200);
}
