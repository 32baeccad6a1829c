/**
 * The embedded cloud: keystone, nova and placement in one small process and in memory, for the demonstration, the tests
 * and development. It keeps nova's records, codes and bad habits; a contract suite compares it with a real nova.
 */
import { randomUUID } from 'node:crypto';
import { isIP } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { computeRoutes } from './compute-routes.ts';
import { DueJobs } from './due-jobs.ts';
import { keystoneApp } from './keystone.ts';
import { novaApp } from './nova.ts';
import { type CloudOptions, DEFAULT_OPTIONS } from './model/options.ts';
import { placementApp } from './placement.ts';
import { type CloudState, createState } from './model/state.ts';

/** How often things that happen by themselves are looked for. */
const TICK_MS = 20;

export interface EmbeddedCloudOptions extends Partial<CloudOptions> {
  readonly listen?: { readonly address: string; readonly port: number };
  /** How others reach it, when that is not the address it listens on. */
  readonly publicUrl?: string;
}

export interface EmbeddedCloud {
  /** Without a path; keystone is at `{url}/identity/v3`. */
  readonly url: string;
  readonly state: CloudState;
  close(): Promise<void>;
}

export async function startEmbeddedCloud(options: EmbeddedCloudOptions = {}): Promise<EmbeddedCloud> {
  const { listen = { address: '127.0.0.1', port: 0 }, publicUrl, ...rest } = options;
  const clock = rest.clock ?? { nowMs: () => Date.now() };
  const jobs = new DueJobs(clock);
  const state = createState({ ...DEFAULT_OPTIONS, newId: randomUUID, ...rest, clock }, (delayMs, run) =>
    jobs.after(delayMs, run),
  );
  let url = publicUrl ?? '';
  const app = new Hono();
  app.use(async (_context, next) => {
    jobs.run();
    await next();
  });
  app.route(
    '/identity',
    keystoneApp(state, () => url),
  );
  app.route('/compute', novaApp(state));
  app.route('/placement', placementApp(state));
  app.route('/embedded', computeRoutes(state, jobs));

  const ticking = setInterval(() => jobs.run(), TICK_MS);
  ticking.unref();
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: listen.address, port: listen.port }, (info) => {
      const host = isIP(listen.address) === 6 ? `[${listen.address}]` : listen.address;
      if (url === '') url = `http://${host}:${info.port}`;
      resolve({ url, state, close });
    });
    server.on('error', reject);
    const close = (): Promise<void> =>
      new Promise((done) => {
        clearInterval(ticking);
        server.close(() => done());
        if ('closeAllConnections' in server) server.closeAllConnections();
      });
  });
}
