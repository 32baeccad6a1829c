import { type Context, Hono } from 'hono';
import {
  API_VERSION,
  confirmDeadBody,
  PATHS,
  probeBody,
  reportBody,
  restartBody,
} from '../drivers/orders/contract.ts';
import type { Report } from '../core/reports/report.ts';
import type { HostName } from '../core/wire/records.ts';
import type { Asker } from './ask.ts';
import { readBody } from './body.ts';
import type { AgentIdentity, ApiCounters, ApiRefusal, Peer } from './handler.ts';

export type HostPeer = Extract<Peer, { readonly kind: 'host' }>;

/** `peer` was proven by its certificate before any byte of HTTP was read. */
export type PeerEnv = { Bindings: { readonly peer: HostPeer } };

export interface PeerRoutesOptions {
  readonly identity: AgentIdentity;
  readonly asker: Asker;
  readonly counters: ApiCounters;
  /** A master has this host keep a report. */
  readonly keep: (report: Report, from: HostName) => void;
  readonly onRefused: (code: ApiRefusal, peer: HostPeer, words: string) => void;
}

/** What other agents may ask. An order or a confirmation counts only from a host that the CA calls eligible. */
export function peerRoutes(options: PeerRoutesOptions): Hono<PeerEnv> {
  const { asker, counters } = options;
  const app = new Hono<PeerEnv>();
  const refuse = (
    c: Context<PeerEnv>,
    status: 400 | 403 | 413,
    code: ApiRefusal,
    words: string,
  ): Response => {
    counters.refused(code);
    options.onRefused(code, c.env.peer, words);
    return c.json({ code, words }, status);
  };

  app.use(async (c, next) => {
    await next();
    counters.request(c.req.path, c.res.status);
  });

  app.get(PATHS.alive, (c) => c.json({ version: API_VERSION, ...options.identity }));

  app.get(PATHS.status, async (c) => {
    const asked = await asker.ask({ ask: 'status' }, c.env.peer);
    return asked.ok ? c.json(asked.answer.status) : c.json({ words: asked.words }, asked.status);
  });

  app.post(PATHS.restart, async (c) => {
    const { peer } = c.env;
    if (!peer.eligible)
      return refuse(c, 403, 'not-eligible', `${peer.host} is not eligible and may not give orders`);
    const body = await readBody(c, restartBody);
    if (!body.ok) return refuse(c, body.status, body.code, body.words);
    const { order, token } = body.value;
    if (order.master !== peer.host) {
      return refuse(c, 403, 'not-the-master', `${peer.host} gave an order in the name of ${order.master}`);
    }
    const asked = await asker.ask({ ask: 'restart', order }, peer, token);
    return asked.ok ? c.json(asked.answer.outcome) : c.json({ words: asked.words }, asked.status);
  });

  app.post(PATHS.probe, async (c) => {
    const body = await readBody(c, probeBody);
    if (!body.ok) return refuse(c, body.status, body.code, body.words);
    const asked = await asker.ask({ ask: 'probe', target: body.value.target }, c.env.peer);
    return asked.ok ? c.json({ answer: asked.answer.answer }) : c.json({ words: asked.words }, asked.status);
  });

  app.post(PATHS.confirmDead, async (c) => {
    const { peer } = c.env;
    if (!peer.eligible)
      return refuse(c, 403, 'not-eligible', `${peer.host} is not eligible and may not confirm a death`);
    const body = await readBody(c, confirmDeadBody);
    if (!body.ok) return refuse(c, body.status, body.code, body.words);
    const { host, by } = body.value;
    const asked = await asker.ask(
      { ask: 'confirm-dead', host, by: `${by} (through ${peer.host})`.slice(0, 128) },
      peer,
    );
    if (!asked.ok) return c.json({ words: asked.words }, asked.status);
    return c.json({ ok: asked.answer.ok, words: asked.answer.words });
  });

  app.post(PATHS.reports, async (c) => {
    const { peer } = c.env;
    if (!peer.eligible)
      return refuse(c, 403, 'not-eligible', `${peer.host} is not eligible and has no reports to keep`);
    const body = await readBody(c, reportBody);
    if (!body.ok) return refuse(c, body.status, body.code, body.words);
    options.keep(body.value.report, peer.host);
    return c.json({ ok: true });
  });

  app.notFound((c) => c.json({ code: 'not-found', words: 'no such path in this version' }, 404));
  app.onError((_error, c) => {
    counters.refused('fault');
    return c.json({ code: 'fault', words: 'a fault in the server' }, 500);
  });
  return app;
}
