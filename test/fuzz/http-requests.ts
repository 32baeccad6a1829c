/** Requests as agents and commands make them, and as nobody should. */
import { type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import * as fc from 'fast-check';
import { REQUEST_BYTES_MAX } from '../../src/drivers/orders/contract.ts';
import { anyText, changedText, jsonChanges } from './change-json.ts';

export interface Sample {
  readonly method: string;
  readonly path: string;
  /** Null: none. */
  readonly body: object | null;
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  readonly isChunked: boolean;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'PURGE'] as const;
const tails = ['', '/', '?', '?scope=own', '?a=%zz&a=1', '#x', '%2e', '%00', '/..', '/../status'] as const;
const paths = [
  '/',
  '*',
  '//',
  '/v1',
  '/v1/../metrics',
  '/%',
  '/v2/status',
  'http://127.0.0.1/v1/alive',
  `/${'x'.repeat(3_000)}`,
] as const;
const oddHeaders: readonly Readonly<Record<string, string>>[] = [
  {},
  {},
  {},
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/json; charset=utf-7' },
  { 'content-type': '' },
  { 'content-encoding': 'gzip' },
  { host: '' },
  { host: 'a b' },
  { host: 'x:99999' },
  { host: 'évil/..' },
  { expect: '100-continue' },
  { connection: 'upgrade', upgrade: 'websocket' },
  { authorization: 'Bearer x', 'x-auth-token': 'x', 'x-forwarded-for': '10.0.0.1', 'x-peer': 'm' },
  { 'x-http-method-override': 'DELETE', forwarded: 'for=m' },
  { 'x-long': 'y'.repeat(10_000) },
];

/** One of the samples, with any part of it changed; mostly only one. */
export function requestsLike(samples: readonly Sample[]): fc.Arbitrary<Request> {
  const sample = fc.constantFrom(...samples);
  const rarely = (limit: number) => fc.integer({ min: 0, max: 9 }).map((number) => number < limit);
  return fc
    .record({
      like: sample,
      method: fc.oneof(
        { weight: 9, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.constantFrom(...methods) },
      ),
      path: fc.oneof(
        { weight: 16, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.constantFrom(...paths) },
        { weight: 1, arbitrary: sample.map(({ path }) => path) },
      ),
      tail: fc.oneof(
        { weight: 9, arbitrary: fc.constant('') },
        { weight: 1, arbitrary: fc.constantFrom(...tails) },
      ),
      headers: fc.constantFrom(...oddHeaders),
      list: jsonChanges,
      any: anyText,
      isAny: rarely(1),
      isWhole: rarely(3),
      isLong: fc.integer({ min: 0, max: 29 }).map((number) => number === 0),
      isChunked: rarely(2),
    })
    .map((made) => {
      const { like } = made;
      const text = made.isAny
        ? made.any
        : made.isWhole || like.body === null
          ? JSON.stringify(like.body)
          : changedText(like.body, made.list);
      const method = made.method ?? like.method;
      const hasBody = like.body !== null || method !== 'GET';
      return {
        method,
        path: `${made.path ?? like.path}${made.tail}`,
        headers: { 'content-type': 'application/json', ...made.headers },
        // Far more than any of these servers takes.
        body: hasBody ? Buffer.from(made.isLong ? text.padEnd(REQUEST_BYTES_MAX + 1) : text) : null,
        isChunked: made.isChunked,
      };
    });
}

/** Null: the other side hung up on a body that it did not want to see to its end. */
export async function send(
  open: (options: RequestOptions) => ClientRequest,
  { method, path, headers, body, isChunked }: Request,
): Promise<Answer | null> {
  const length: Record<string, string> =
    body === null
      ? {}
      : isChunked
        ? { 'transfer-encoding': 'chunked' }
        : { 'content-length': String(body.length) };
  // After a body that was not read to its end the other side closes: nothing more goes over that connection.
  const own = isLarge(body) ? { agent: false } : {};
  const request = open({ method, path, headers: { ...headers, ...length }, ...own });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.on('response', resolve);
    request.on('error', reject);
  });
  if (isChunked && body !== null) request.write(body.subarray(0, body.length / 2));
  request.end(body === null ? undefined : isChunked ? body.subarray(body.length / 2) : body);
  try {
    const response = await answered;
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
    return { status: response.statusCode ?? 0, text };
  } catch (error) {
    request.destroy();
    if (isLarge(body)) return null;
    throw error;
  }
}

function isLarge(body: Uint8Array | null): boolean {
  return body !== null && body.length > REQUEST_BYTES_MAX;
}
