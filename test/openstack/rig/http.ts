/** Plain HTTP with a deadline for everything; no retry hides here. */
import { connect } from 'node:net';

export interface RequestOptions {
  readonly deadlineMs?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sent as it is, instead of JSON. */
  readonly raw?: Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export const request = async (method: string, url: string, options: RequestOptions = {}): Promise<Answer> => {
  const json = options.body === undefined ? undefined : JSON.stringify(options.body);
  const body = options.raw ?? json;
  const response = await fetch(url, {
    method,
    headers: { ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(options.deadlineMs ?? 30_000),
    redirect: 'manual',
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
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
