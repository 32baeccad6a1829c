import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { errno } from '../config/errno.ts';
import { portWords } from '../config/port-words.ts';
import type { HostKeys } from '../drivers/tls/load-keys.ts';
import { identityOf } from '../drivers/tls/peer.ts';
import type { Refusal } from '../drivers/udp/refusals.ts';
import { createAsker } from './ask.ts';
import { badRequest } from './bad-request.ts';
import { beneath, watchHandshakes } from './handshakes.ts';
import type { AgentIdentity, ApiCounters, ApiRefusal, Handle } from './handler.ts';
import { type HostPeer, peerRoutes, type PeerRoutesOptions } from './peer-routes.ts';

export const MAX_CONNECTIONS = 1024;
const HANDSHAKE_MS = 5_000;
const HEADERS_MS = 5_000;
const REQUEST_MS = 10_000;
const IDLE_MS = 5_000;

export interface PeerServerOptions {
  readonly ip: string;
  readonly port: number;
  readonly identity: AgentIdentity;
  readonly tls: HostKeys['tls'];
  readonly handle: Handle;
  readonly counters: ApiCounters;
  readonly keep: PeerRoutesOptions['keep'];
  readonly onRefused: (refusal: Refusal) => void;
  /** More senders than are told apart. */
  readonly onLimit: () => void;
}

export interface ApiServer {
  /** 0 for a socket in the file system. */
  readonly port: number;
  close(): Promise<void>;
}

export type Opened =
  | { readonly ok: true; readonly server: ApiServer }
  | { readonly ok: false; readonly words: string };

/** The server that other agents talk to. Who has no certificate of this cluster gets no byte of HTTP. */
export async function openPeerServer(options: PeerServerOptions): Promise<Opened> {
  const { counters, identity } = options;
  const peers = new WeakMap<Socket, HostPeer>();
  const handshakes = watchHandshakes(options.onLimit);
  const refuse = (code: ApiRefusal, from: string, words: string): void => {
    counters.refused(code);
    options.onRefused({ door: 'api', code, from, words });
  };
  const app = peerRoutes({
    identity,
    asker: createAsker(options.handle, counters),
    counters,
    keep: options.keep,
    // Counted where it was refused.
    onRefused: (code, peer, words) => options.onRefused({ door: 'api', code, from: peer.ip, words }),
  });
  const listener = getRequestListener(
    (request, bindings) => {
      const peer = peers.get(bindings.incoming.socket);
      return peer === undefined ? new Response(null, { status: 403 }) : app.fetch(request, { peer });
    },
    { overrideGlobalObjects: false, errorHandler: badRequest(counters) },
  );
  const server = createServer(
    {
      ...options.tls,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.3',
      handshakeTimeout: HANDSHAKE_MS,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: IDLE_MS,
      connectionsCheckingInterval: 1_000,
    },
    (incoming, outgoing) => void listener(incoming, outgoing),
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.on('drop', () => counters.refused('too-many'));
  // Node keeps an address once it was asked for, and only then also for a connection that has ended.
  server.on('connection', (socket: Socket) => void socket.remoteAddress);
  server.on('secureConnection', (socket) => {
    const from = plainIp(beneath(socket).remoteAddress);
    const found = identityOf(socket.getPeerCertificate());
    if (found !== null && found.cluster === identity.cluster) {
      handshakes.finished(from);
      peers.set(socket, { kind: 'host', host: found.host, eligible: found.eligible, ip: from });
      return;
    }
    if (found === null) refuse('not-a-host', from, 'a certificate that names no host');
    else refuse('other-cluster', from, `host ${found.host} of cluster ${found.cluster}`);
    socket.destroy();
  });
  server.on('tlsClientError', (error, socket) => {
    const connection = beneath(socket);
    const from = plainIp(connection.remoteAddress);
    // A certificate that fails its check ends as a reset connection; the reason stays at the socket.
    const reason: unknown = Reflect.get(socket, 'authorizationError') ?? null;
    const code = typeof reason === 'string' ? reason : errno(reason ?? error);
    if (BROKEN.has(code)) {
      if (handshakes.broken(from, connection)) refuse('handshake-broken', from, BROKEN_WORDS);
      else counters.refused('handshake-broken');
    } else refuse('foreign-certificate', from, `TLS without a certificate of this cluster (${code})`);
  });

  return new Promise((resolve) => {
    const onError = (error: Error): void => {
      resolve({
        ok: false,
        words: portWords('TCP', options.ip, options.port, 'network.api_port', errno(error)),
      });
    };
    server.once('error', onError);
    server.listen({ host: options.ip, port: options.port, exclusive: true }, () => {
      server.removeListener('error', onError);
      server.on('error', () => counters.refused('fault'));
      resolve({
        ok: true,
        server: { port: portOf(server.address()), close: async () => closeServer(server) },
      });
    });
  });
}

const BROKEN_WORDS =
  "broke TLS off when it had seen this host's certificate: its keys are of another cluster, or it takes this host for another";
const BROKEN: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ERR_TLS_HANDSHAKE_TIMEOUT',
]);

export function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0;
}

interface Closable {
  close(callback: () => void): unknown;
  closeAllConnections(): void;
}

/** At once: who waits for an answer takes the broken connection for what it is. */
export async function closeServer(server: Closable): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function plainIp(address: string | undefined): string {
  return (address ?? 'unknown').replace(/^::ffff:/, '');
}
