/**
 * The guest behind a server: its diagnostics, and the hard reboot that also starts one that is off
 * (`api/openstack/compute/server_diagnostics.py`, `compute/api.py` _hard_reboot).
 */
import type { Hono } from 'hono';
import { fault, type NovaContext, type NovaVariables, refuse } from './nova-request.ts';
import { acceptHardReboot } from './model/compute-habits.ts';
import { hardRebootRefused } from './model/refusals.ts';
import { type CloudState, sendOrder, serverOf, type ServerRecord } from './model/state.ts';

const MINOR_DIAGNOSTICS_ALIKE = 48;
/** nova's names of power states; those in between are not used. */
const POWER_STATES: Readonly<Record<number, string>> = {
  0: 'pending',
  1: 'running',
  3: 'paused',
  4: 'shutdown',
  6: 'crashed',
  7: 'suspended',
};

export function guestRoutes(app: Hono<{ Variables: NovaVariables }>, state: CloudState): void {
  app.get('/servers/:id/diagnostics', (context) => diagnostics(state, context));
}

async function diagnostics(state: CloudState, context: NovaContext): Promise<Response> {
  const id = context.req.param('id') ?? '';
  const server = serverOf(state, id);
  // The server is looked up before the policy is asked.
  if (server === null) return fault(context, 404, `Instance ${id} could not be found.`);
  const refused = refuse(context, 'os_compute_api:os-server-diagnostics');
  if (refused !== null) return refused;
  if (server.host === null) return fault(context, 409, `Instance ${id} is not ready`);
  const runs = await askCompute(state, server, server.host, context.req.raw.signal);
  if (runs === null) return fault(context, 500, 'Unexpected API Error. MessagingTimeout');
  if (!runs) {
    // The state that nova names is the recorded one, however stale.
    const recorded = POWER_STATES[server.powerState] ?? 'pending';
    const message = `Cannot 'get_diagnostics' instance ${id} while it is in power state ${recorded}`;
    return fault(context, 409, message);
  }
  if (context.get('minor') < MINOR_DIAGNOSTICS_ALIKE) return context.json({ cpu0_time: 17_300_000_000 });
  return context.json({ state: 'running', driver: 'libvirt', hypervisor: 'kvm', uptime: 1, num_cpus: 1 });
}

/** Null: no answer; a nova-compute that starts later gets the question all the same. */
function askCompute(
  state: CloudState,
  server: ServerRecord,
  host: string,
  gone: AbortSignal,
): Promise<boolean | null> {
  return new Promise((resolve) => {
    const order = sendOrder(state, host, 'diagnose', server);
    const end = (runs: boolean | null): void => {
      clearTimeout(timer);
      state.diagnoses.delete(order);
      resolve(runs);
    };
    const timer = setTimeout(() => end(null), state.options.rpcTimeoutMs);
    timer.unref();
    gone.addEventListener('abort', () => end(null), { once: true });
    state.diagnoses.set(order, end);
  });
}

/** 202: a message is on its way to nova-compute, nothing more. */
export function rebootAction(
  state: CloudState,
  context: NovaContext,
  server: ServerRecord,
  body: unknown,
): Response {
  const refused = refuse(context, 'os_compute_api:servers:reboot');
  if (refused !== null) return refused;
  const type = typeof body === 'object' && body !== null && 'type' in body ? body.type : undefined;
  // Of soft reboots the embedded cloud knows nothing.
  if (type !== 'HARD') return fault(context, 400, 'Invalid input for field/attribute type.');
  const refusal = hardRebootRefused(server);
  if (refusal !== null) return fault(context, refusal.status, refusal.message);
  acceptHardReboot(state, server);
  return context.body(null, 202);
}
