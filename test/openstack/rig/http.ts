/** Plain HTTP with a deadline for everything; no retry hides here, and no connection is kept. */
import { connect } from 'node:net';
import { Agent, request as send } from 'undici';

export interface RequestOptions {
  readonly deadlineMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sent as it is, instead of JSON. */
  readonly raw?: Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** A kept connection would fail once, for no reason of the test's, after a service was killed and started again. */
const dispatcher = new Agent({ pipelining: 0 });

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'PATCH';

export const request = async (method: Method, url: string, options: RequestOptions = {}): Promise<Answer> => {
  const json = options.body === undefined ? undefined : JSON.stringify(options.body);
  const response = await send(url, {
    method,
    headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers },
    body: options.raw ?? json ?? null,
    signal: AbortSignal.timeout(options.deadlineMs ?? 30_000),
    dispatcher,
  });
  return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
};

/** Whether somebody accepts a TCP connection there. */
export const connects = (host: string, port: number, deadlineMs = 1000): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port, timeout: deadlineMs });
    const end = (result: boolean): void => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
