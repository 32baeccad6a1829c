import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { errno } from '../config/errno.ts';
import type { PeerClient } from '../drivers/orders/peer-client.ts';
import { agentSocket } from './agent-socket.ts';
import { createAsker } from './ask.ts';
import { badRequest } from './bad-request.ts';
import { clusterQuestions } from './cluster-questions.ts';
import type { ApiCounters, Handle } from './handler.ts';
import { localRoutes, type LocalRoutesOptions } from './local-routes.ts';
import { closeServer, type Opened } from './peer-server.ts';

export const MAX_LOCAL_CONNECTIONS = 64;

export interface LocalServerOptions extends Pick<LocalRoutesOptions, 'identity' | 'tail' | 'metrics'> {
  readonly runtimeDirectory: string;
  readonly handle: Handle;
  readonly client: PeerClient;
  readonly counters: ApiCounters;
}

/** The server for the commands on this host. A socket that a killed agent left behind is taken over, a live one never. */
export async function openLocalServer(options: LocalServerOptions): Promise<Opened> {
  const path = agentSocket(options.runtimeDirectory);
  if (await answers(path)) return { ok: false, words: `another agent serves ${path}` };
  const asker = createAsker(options.handle, options.counters);
  const questions = clusterQuestions(asker, options.client);
  const app = localRoutes({ ...options, asker, questions });
  const listener = getRequestListener(app.fetch, {
    overrideGlobalObjects: false,
    errorHandler: badRequest(options.counters),
  });
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  server.maxConnections = MAX_LOCAL_CONNECTIONS;
  server.on('drop', () => options.counters.refused('too-many'));
  try {
    rmSync(path, { force: true });
  } catch (error) {
    return { ok: false, words: `${path} cannot be replaced (${errno(error)})` };
  }
  const failed = await listen(server, path);
  if (failed !== null) return { ok: false, words: `${path} cannot be opened (${failed})` };
  return { ok: true, server: { port: 0, close: async () => closeServer(server) } };
}

async function listen(server: Server, path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const onError = (error: Error): void => resolve(errno(error));
    server.once('error', onError);
    // The socket is made inside `listen`: with this mask it is never open to others, not even for a moment.
    const before = process.umask(0o177);
    try {
      server.listen(path, () => {
        server.removeListener('error', onError);
        server.on('error', () => undefined);
        resolve(null);
      });
    } finally {
      process.umask(before);
    }
  });
}

async function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (answer: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    // An agent too busy to accept is an agent.
    const timer = setTimeout(() => settle(true), 1_000);
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
