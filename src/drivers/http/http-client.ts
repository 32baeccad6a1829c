/**
 * One HTTP request with every limit named, and an exact answer to the question that matters afterwards:
 * did it leave this machine?
 *
 * undici calls `onRequestStart` once a socket is established and right before the first byte is written. So a failure
 * before it is `unreachable` (surely not carried out), and a failure after it is `no-answer` (it may still be).
 */
import { randomUUID } from 'node:crypto';
import { Agent, type Dispatcher } from 'undici';

/** Largest answer that is read. A page of 1000 servers with long metadata is about 8 MB. */
export const BODY_BYTES_MAX = 32 * 1024 * 1024;
/** A TCP and TLS handshake inside one data centre takes milliseconds. */
export const CONNECT_DEADLINE_MS = 3_000;
/** Backstop behind each request's own deadline: the first byte of an answer. */
export const HEADERS_DEADLINE_MS = 60_000;
/** Backstop behind each request's own deadline: the longest pause inside an answer. */
export const BODY_PAUSE_MS_MAX = 20_000;
/** Connections to one service; further requests wait inside their own deadline. */
export const CONNECTIONS_PER_SERVICE_MAX = 32;
/** `req-` and a UUID in OpenStack; more is not passed on. */
const REQUEST_ID_CHARACTERS_MAX = 256;
/** Idle connections are dropped before usual load balancers drop them, lest a request meets a closing one. */
const KEEP_ALIVE_MS = 4_000;

export interface TlsTrust {
  /** PEM text of the authority to trust instead of the system's. */
  readonly ca: string | null;
  readonly verify: boolean;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /**
   * Use a connection of its own. For requests with an effect: on a kept connection that the peer is just closing the
   * outcome would be unknown for nothing.
   */
  readonly fresh: boolean;
  /** On the monotonic clock of this process (`performance.now()`). */
  readonly deadlineAtMs: number;
  /** The first byte leaves by then, or the request is not sent; on the same clock. */
  readonly leaveByMs: number;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly kind: 'answer';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The service's own id of the request where it tells one, else ours. */
  readonly requestId: string;
}

export interface HttpFailure {
  readonly kind: 'unreachable' | 'no-answer' | 'oversized';
  readonly detail: string;
  readonly status: number | null;
  readonly requestId: string;
}

export type HttpOutcome = HttpAnswer | HttpFailure;

/** What is told about each request that ended, for logs and metrics; holds no header and no body. */
export interface RequestRecord {
  readonly method: string;
  readonly url: string;
  readonly outcome: HttpOutcome['kind'];
  readonly status: number | null;
  readonly requestId: string;
  readonly durationMs: number;
}

export interface HttpClient {
  send(request: HttpRequest): Promise<HttpOutcome>;
  close(): Promise<void>;
}

export interface HttpClientOptions {
  readonly tls: TlsTrust;
  readonly bodyBytesMax?: number;
  readonly connectDeadlineMs?: number;
  readonly onRequest?: (record: RequestRecord) => void;
}

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const connect = {
    timeout: options.connectDeadlineMs ?? CONNECT_DEADLINE_MS,
    rejectUnauthorized: options.tls.verify,
    ...(options.tls.ca === null ? {} : { ca: options.tls.ca }),
  };
  const limits = {
    connect,
    headersTimeout: HEADERS_DEADLINE_MS,
    bodyTimeout: BODY_PAUSE_MS_MAX,
    connections: CONNECTIONS_PER_SERVICE_MAX,
  };
  const kept = new Agent({ ...limits, keepAliveTimeout: KEEP_ALIVE_MS });
  const fresh = new Agent({ ...limits, pipelining: 0 });
  const bodyBytesMax = options.bodyBytesMax ?? BODY_BYTES_MAX;
  return {
    async send(request) {
      const startedAtMs = performance.now();
      const outcome = await exchange(request.fresh ? fresh : kept, request, bodyBytesMax);
      options.onRequest?.({
        method: request.method,
        url: request.url,
        outcome: outcome.kind,
        status: outcome.status,
        requestId: outcome.requestId,
        durationMs: performance.now() - startedAtMs,
      });
      return outcome;
    },
    async close() {
      await Promise.all([kept.destroy(), fresh.destroy()]);
    },
  };
}

function exchange(dispatcher: Dispatcher, request: HttpRequest, bodyBytesMax: number): Promise<HttpOutcome> {
  const ownRequestId = `req-${randomUUID()}`;
  return new Promise((resolve) => {
    let settled = false;
    let sent = false;
    let controller: Dispatcher.DispatchController | null = null;
    let status: number | null = null;
    let headers: Readonly<Record<string, string>> = {};
    let bodyBytes = 0;
    const chunks: Buffer[] = [];

    const requestId = (): string => {
      const told = headers['x-openstack-request-id'] ?? headers['x-compute-request-id'] ?? ownRequestId;
      return told.slice(0, REQUEST_ID_CHARACTERS_MAX);
    };
    const settle = (outcome: HttpOutcome): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      request.signal.removeEventListener('abort', onAbort);
      resolve(outcome);
    };
    const fail = (detail: string): void =>
      settle({ kind: sent ? 'no-answer' : 'unreachable', detail, status, requestId: requestId() });
    const stop = (detail: string): void => {
      fail(detail);
      controller?.abort(new Error(detail));
    };
    const onAbort = (): void => stop('the request was given up by its caller');

    const remainingMs = Math.ceil(request.deadlineAtMs - performance.now());
    const timer = setTimeout(
      () => stop(sent ? 'no whole answer by the deadline' : 'no connection by the deadline'),
      Math.max(0, remainingMs),
    );
    request.signal.addEventListener('abort', onAbort, { once: true });
    if (request.signal.aborted) return onAbort();
    if (remainingMs <= 0) return stop('the deadline had passed before the request was sent');

    const target = parseUrl(request.url);
    if (target === null) return fail(`"${request.url}" is not an http or https address`);
    const options: Dispatcher.DispatchOptions = {
      origin: target.origin,
      path: `${target.pathname}${target.search}`,
      method: request.method,
      headers: { ...request.headers, 'x-openstack-request-id': ownRequestId },
      body: request.body,
    };
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        const isLate = performance.now() > Math.min(request.leaveByMs, request.deadlineAtMs);
        if (settled || sent || isLate) {
          // Given up while it waited for a connection, about to be sent a second time, or the process has stood still
          // and its timers do not know yet: none of these may go out.
          stop(sent ? 'the connection broke' : 'the deadline passed before the request could be sent');
          started.abort(new Error('given up before it was sent'));
          return;
        }
        sent = true;
        controller = started;
      },
      onResponseStart(_controller, statusCode, incoming) {
        status = statusCode;
        headers = flatten(incoming);
      },
      onResponseData(current, chunk) {
        bodyBytes += chunk.length;
        if (bodyBytes <= bodyBytesMax) {
          chunks.push(chunk);
          return;
        }
        const detail = `the answer is longer than ${bodyBytesMax} bytes`;
        settle({ kind: 'oversized', detail, status, requestId: requestId() });
        current.abort(new Error(detail));
      },
      onResponseEnd() {
        const body = Buffer.concat(chunks).toString('utf8');
        settle({ kind: 'answer', status: status ?? 0, headers, body, requestId: requestId() });
      },
      onResponseError(_controller, error) {
        fail(describe(error));
      },
    };
    try {
      dispatcher.dispatch(options, handler);
    } catch (error) {
      fail(error instanceof Error ? describe(error) : 'the request could not be made');
    }
  });
}

function parseUrl(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url : null;
}

function flatten(incoming: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming)) {
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  }
  return flat;
}

function describe(error: Error): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const cause = first instanceof Error ? first : error;
  const code = 'code' in cause && typeof cause.code === 'string' ? `${cause.code}: ` : '';
  return `${code}${cause.message}`;
}
