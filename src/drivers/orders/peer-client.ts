import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { errno } from '../../config/errno.ts';
import type { HostName } from '../../core/wire/records.ts';
import type { HostKeys } from '../tls/load-keys.ts';
import { mustBe } from '../tls/peer.ts';
import { ANSWER_BYTES_MAX } from './contract.ts';

/** Requests of this host to others at once; more are not sent. */
export const MAX_CALLS_OPEN = 256;

export interface PeerClientOptions {
  readonly cluster: string;
  readonly tls: HostKeys['tls'];
  /** Address of this host on the management network. */
  readonly localAddress: string;
  readonly onLimit: () => void;
}

export interface PeerAddress {
  readonly host: HostName;
  readonly ip: string;
  readonly apiPort: number;
}

export interface PeerCall {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body: unknown;
}

export type PeerAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown }
  /** The request surely did not reach the other agent's handlers. */
  | { readonly kind: 'surely-not'; readonly detail: string }
  /** It may have. */
  | { readonly kind: 'no-answer'; readonly detail: string };

export interface PeerClient {
  call(to: PeerAddress, call: PeerCall, deadlineMs: number): Promise<PeerAnswer>;
}

/** Each call has a connection of its own: on a kept one that is just being closed the outcome would be unknown. */
export function createPeerClient(options: PeerClientOptions): PeerClient {
  let open = 0;
  return {
    async call(to, call, deadlineMs) {
      if (isIP(to.ip) === 0) return { kind: 'surely-not', detail: 'no IP address' };
      if (open >= MAX_CALLS_OPEN) {
        options.onLimit();
        return { kind: 'surely-not', detail: `${MAX_CALLS_OPEN} requests are open already` };
      }
      open += 1;
      try {
        return await exchange(options, to, call, deadlineMs);
      } finally {
        open -= 1;
      }
    },
  };
}

async function exchange(
  options: PeerClientOptions,
  to: PeerAddress,
  call: PeerCall,
  deadlineMs: number,
): Promise<PeerAnswer> {
  return new Promise((resolve) => {
    let isConnected = false;
    const text = call.body === null ? null : JSON.stringify(call.body);
    const request = httpsRequest({
      ...options.tls,
      host: to.ip,
      port: to.apiPort,
      localAddress: options.localAddress,
      servername: to.host,
      checkServerIdentity: mustBe(options.cluster, to.host),
      minVersion: 'TLSv1.3',
      method: call.method,
      path: call.path,
      agent: false,
      headers:
        text === null
          ? {}
          : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) },
    });
    const settle = (answer: PeerAnswer): void => {
      clearTimeout(timer);
      resolve(answer);
      request.destroy();
    };
    const fail = (detail: string, code = ''): void => {
      // In TLS 1.3 the server judges our certificate after we may write; its alert means that it read nothing of it.
      const wasRefused = /^ERR_SSL_.*ALERT/.test(code);
      settle({ kind: isConnected && !wasRefused ? 'no-answer' : 'surely-not', detail });
    };
    const timer = setTimeout(() => fail(`no answer within ${deadlineMs} ms`), deadlineMs);
    request.on('socket', (socket) => {
      socket.once('secureConnect', () => {
        isConnected = true;
        // Not before the other has proven who it is: an order holds a token.
        request.end(text ?? undefined);
      });
    });
    request.on('error', (error) => fail(`${errno(error)}: ${error.message}`, errno(error)));
    request.on('response', (response) => readBody(response, settle, fail));
  });
}

function readBody(
  response: IncomingMessage,
  settle: (answer: PeerAnswer) => void,
  fail: (detail: string) => void,
): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) fail(`an answer of more than ${ANSWER_BYTES_MAX} bytes`);
    else chunks.push(chunk);
  });
  response.on('error', (error) => fail(errno(error)));
  response.on('end', () => {
    try {
      const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
      settle({ kind: 'answer', status: response.statusCode ?? 0, body });
    } catch {
      fail('an answer that is not JSON');
    }
  });
}
