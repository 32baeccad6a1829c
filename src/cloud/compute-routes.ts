/**
 * The private side of the embedded cloud: what a nova-compute does over the message bus, a pretended one does here over
 * HTTP (`pretend-compute.ts`). Nothing of OpenStack has these paths.
 */
import { randomUUID } from 'node:crypto';
import { type Context, Hono } from 'hono';
import { z } from 'zod';
import {
  endDiagnosis,
  endStep,
  reportAlive,
  startCompute,
  syncPowerStates,
  takeOrders,
} from './model/compute-habits.ts';
import type { DueJobs } from './due-jobs.ts';
import type { CloudState, ComputeOrder } from './model/state.ts';

/** A request for orders is answered empty after this long. */
export const ORDERS_WAIT_MS_MAX = 10_000;

const guestsSchema = z.object({ guests: z.array(z.string()) });
const waitSchema = z.object({ session: z.string(), waitMs: z.number().min(0).max(ORDERS_WAIT_MS_MAX) });
const diagnosisSchema = z.object({ orderId: z.string(), runs: z.boolean() });
const resultSchema = z.object({
  orderId: z.string(),
  step: z.enum(['claimed', 'claim-failed', 'spawned', 'spawn-failed']),
});

export function computeRoutes(state: CloudState, jobs: DueJobs): Hono {
  const app = new Hono();
  const wakers = new Map<string, Set<() => void>>();
  const syncedAtMs = new Map<string, number>();
  /** Which start of a host's nova-compute is the latest: an earlier one gets no orders any more. */
  const sessions = new Map<string, string>();
  state.onOrder = (host) => wakers.get(host)?.forEach((wake) => wake());

  app.post('/computes/:host/started', async (context) => {
    const body = guestsSchema.safeParse(await jsonOf(context));
    const host = context.req.param('host');
    // A nova-compute whose service was deleted refuses to start.
    if (!state.services.has(host)) return context.json({ error: `no compute service of ${host}` }, 404);
    if (!body.success) return context.json({ error: 'guests are missing' }, 400);
    syncedAtMs.set(host, state.options.clock.nowMs());
    const session = randomUUID();
    sessions.set(host, session);
    const destroy = startCompute(state, host, body.data.guests);
    return context.json({ session, reportIntervalMs: state.options.reportIntervalMs, destroy });
  });

  app.post('/computes/:host/report', async (context) => {
    const body = guestsSchema.safeParse(await jsonOf(context));
    const host = context.req.param('host');
    if (!body.success) return context.json({ error: 'guests are missing' }, 400);
    if (!reportAlive(state, host)) return context.json({ error: `no compute service of ${host}` }, 404);
    const nowMs = state.options.clock.nowMs();
    if (nowMs - (syncedAtMs.get(host) ?? 0) >= state.options.powerSyncIntervalMs) {
      syncedAtMs.set(host, nowMs);
      syncPowerStates(state, host, body.data.guests);
    }
    return context.body(null, 204);
  });

  app.post('/computes/:host/orders', async (context) => {
    const body = waitSchema.safeParse(await jsonOf(context));
    const host = context.req.param('host');
    if (!body.success) return context.json({ error: 'session or waitMs is missing' }, 400);
    const latest = (): boolean => sessions.get(host) === body.data.session;
    if (!latest()) return context.json({ error: 'a later nova-compute has started' }, 409);
    const gone = context.req.raw.signal;
    await orderOrWait(state, wakers, host, body.data.waitMs, gone);
    // Whoever has hung up takes nothing: a dead nova-compute must not empty the bus.
    const orders: readonly ComputeOrder[] = latest() && !gone.aborted ? takeOrders(state, host) : [];
    return context.json({ orders });
  });

  app.post('/computes/:host/results', async (context) => {
    const body = resultSchema.safeParse(await jsonOf(context));
    if (!body.success) return context.json({ error: 'orderId or step is missing' }, 400);
    const keep = endStep(state, context.req.param('host'), body.data.orderId, body.data.step);
    jobs.run();
    return context.json({ keep });
  });

  app.post('/computes/:host/diagnoses', async (context) => {
    const body = diagnosisSchema.safeParse(await jsonOf(context));
    if (!body.success) return context.json({ error: 'orderId or runs is missing' }, 400);
    endDiagnosis(state, context.req.param('host'), body.data.orderId, body.data.runs);
    return context.body(null, 204);
  });
  return app;
}

async function jsonOf(context: Context): Promise<unknown> {
  try {
    return await context.req.json();
  } catch {
    return null;
  }
}

function orderOrWait(
  state: CloudState,
  wakers: Map<string, Set<() => void>>,
  host: string,
  waitMs: number,
  gone: AbortSignal,
): Promise<void> {
  if ((state.orders.get(host) ?? []).length > 0 || gone.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const waiting = wakers.get(host) ?? new Set();
    wakers.set(host, waiting);
    const end = (): void => {
      clearTimeout(timer);
      waiting.delete(end);
      gone.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, waitMs);
    waiting.add(end);
    gone.addEventListener('abort', end, { once: true });
  });
}
