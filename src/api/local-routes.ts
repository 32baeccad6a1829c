import { Hono } from 'hono';
import { API_VERSION, confirmDeadBody, maintenanceBody } from '../drivers/orders/contract.ts';
import { MAX_TAIL_ENTRIES, type Tail } from '../drivers/journal/tail.ts';
import type { Asker } from './ask.ts';
import { readBody } from './body.ts';
import type { ClusterQuestions } from './cluster-questions.ts';
import type { AgentIdentity, ApiCounters } from './handler.ts';
import type { Metrics } from './metrics.ts';

/** A follower asks again before a client or a proxy would lose patience. */
export const FOLLOW_MS_MAX = 20_000;

export const LOCAL_PATHS = {
  alive: '/v1/alive',
  status: '/v1/status',
  gate: '/v1/gate',
  confirmDead: '/v1/confirm-dead',
  maintenance: '/v1/maintenance',
  events: '/v1/events',
  metrics: '/metrics',
} as const;

export interface LocalRoutesOptions {
  readonly identity: AgentIdentity;
  readonly asker: Asker;
  readonly questions: ClusterQuestions;
  readonly tail: Tail;
  readonly metrics: Pick<Metrics, 'text'>;
  readonly counters: ApiCounters;
}

/** What the commands on this host may ask. Who may open the socket is root here, and may do everything. */
export function localRoutes(options: LocalRoutesOptions): Hono {
  const { asker, questions, tail, counters } = options;
  const app = new Hono();
  app.get(LOCAL_PATHS.alive, (c) => c.json({ version: API_VERSION, pid: process.pid, ...options.identity }));
  app.get(LOCAL_PATHS.status, async (c) => {
    const told = await questions.status(c.req.query('scope') === 'own');
    return told.ok ? c.json(told.value) : c.json({ words: told.words }, 503);
  });
  app.get(LOCAL_PATHS.gate, async (c) => {
    const asked = await asker.ask({ ask: 'gate' }, { kind: 'local' });
    if (!asked.ok) return c.json({ words: asked.words }, 503);
    return c.json({ open: asked.answer.open, words: asked.answer.words });
  });
  app.post(LOCAL_PATHS.confirmDead, async (c) => {
    const body = await readBody(c, confirmDeadBody);
    if (!body.ok) return c.json({ words: body.words }, body.status);
    const told = await questions.confirmDead(body.value.host, body.value.by);
    return told.ok
      ? c.json({ ok: told.value.ok, words: told.value.words })
      : c.json({ words: told.words }, 503);
  });
  app.post(LOCAL_PATHS.maintenance, async (c) => {
    const body = await readBody(c, maintenanceBody);
    if (!body.ok) return c.json({ words: body.words }, body.status);
    const asked = await asker.ask({ ask: 'maintenance', declared: body.value.declared }, { kind: 'local' });
    if (!asked.ok) return c.json({ words: asked.words }, 503);
    return c.json({ ok: asked.answer.ok, words: asked.answer.words });
  });
  app.get(LOCAL_PATHS.events, async (c) => {
    const after = whole(c.req.query('after'), 0, Number.MAX_SAFE_INTEGER);
    const limit = whole(c.req.query('limit'), MAX_TAIL_ENTRIES, MAX_TAIL_ENTRIES);
    await tail.newer(after, whole(c.req.query('wait_ms'), 0, FOLLOW_MS_MAX));
    return c.json({ events: tail.after(after, limit), last: tail.lastSeq() });
  });
  app.get(LOCAL_PATHS.metrics, async (c) => c.text(await options.metrics.text()));
  app.notFound((c) => c.json({ words: 'no such path' }, 404));
  app.onError((_error, c) => {
    counters.refused('fault');
    return c.json({ words: 'a fault in the server' }, 500);
  });
  return app;
}

function whole(text: string | undefined, otherwise: number, max: number): number {
  const value = Number(text ?? Number.NaN);
  return Number.isSafeInteger(value) && value >= 0 ? Math.min(value, max) : otherwise;
}
