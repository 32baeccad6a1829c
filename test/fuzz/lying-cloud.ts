/** A cloud whose answer to one request, or to all of a kind, is not what the API promises. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import * as fc from 'fast-check';
import type { CloudAccess } from '../../src/drivers/clouds-yaml/cloud-access.ts';
import { listening } from '../listening.ts';
import { changed, type Change, changes } from './change-bytes.ts';
import { anyText, changedText, type JsonChange, jsonChanges } from './change-json.ts';
import { PASSWORD, type SoundAnswer, soundAnswer } from './cloud-samples.ts';

type Service = 'identity' | 'compute' | 'placement';

export type Lie =
  | { readonly how: 'json'; readonly list: readonly JsonChange[] }
  | { readonly how: 'text'; readonly text: string }
  /** `echo`: with what was asked in it, secrets and all. */
  | { readonly how: 'status'; readonly status: number; readonly echo: boolean }
  | { readonly how: 'header'; readonly name: string; readonly value: string }
  | { readonly how: 'cut'; readonly at: number; readonly framing: 'chunked' | 'length' | 'short' }
  | { readonly how: 'raw'; readonly list: readonly Change[] }
  | { readonly how: 'noise'; readonly bytes: Uint8Array }
  | { readonly how: 'hang' | 'endless' | 'huge' | 'slow' };

export interface Told {
  /** The request with this number among those to the service, from 0. */
  readonly at: number;
  /** And all that follow. */
  readonly always: boolean;
  readonly lie: Lie;
}

export const STATUSES = [
  200, 201, 202, 204, 206, 300, 302, 304, 400, 401, 403, 404, 405, 406, 409, 413, 429, 500, 502, 503, 504,
];
const oddHeader = fc.constantFrom<readonly [string, string]>(
  ['content-type', 'text/html'],
  ['content-type', ''],
  ['content-encoding', 'gzip'],
  ['x-subject-token', ''],
  ['x-subject-token', 'a b\xe9'],
  ['x-subject-token', 'x'.repeat(8_000)],
  ['x-openstack-request-id', 'y'.repeat(8_000)],
  ['location', 'http://169.254.169.254/latest'],
  ['connection', 'close'],
  ['set-cookie', 'a=b'],
);
const short: fc.Arbitrary<Lie> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ how: fc.constant('json' as const), list: jsonChanges }) },
  { weight: 2, arbitrary: fc.record({ how: fc.constant('text' as const), text: anyText }) },
  {
    weight: 4,
    arbitrary: fc.record({
      how: fc.constant('status' as const),
      status: fc.constantFrom(...STATUSES),
      echo: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: oddHeader.map(([name, value]) => ({ how: 'header' as const, name, value })) },
  {
    weight: 4,
    arbitrary: fc.record({
      how: fc.constant('cut' as const),
      at: fc.nat(),
      framing: fc.constantFrom('chunked', 'length', 'short'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ how: fc.constant('raw' as const), list: changes }) },
  { weight: 1, arbitrary: fc.record({ how: fc.constant('noise' as const), bytes: fc.uint8Array() }) },
);
const told = (lie: fc.Arbitrary<Lie>): fc.Arbitrary<Told> =>
  fc.record({ at: fc.nat(3), always: fc.integer({ min: 0, max: 3 }).map((one) => one === 0), lie });

/** Lies that are over at once, and lies that only a deadline ends. */
export const shortLies = told(short);
export const longLies = told(
  fc.constantFrom<Lie>({ how: 'hang' }, { how: 'endless' }, { how: 'huge' }, { how: 'slow' }),
);

/** One request, and what it was told. */
export interface Seen {
  readonly method: string;
  readonly target: URL;
  /** Null: the answer was sound. */
  readonly lie: Lie | null;
  readonly status: number;
  /** Null: not a whole JSON text. */
  readonly json: unknown;
  /** Surely not whole: whatever was made of it must be a failure. */
  readonly isDamaged: boolean;
}

export interface LyingCloud {
  readonly access: CloudAccess;
  /** Begins anew: what is told from now on, and to which service. */
  tell(service: Service, told: Told | null): void;
  readonly seen: () => readonly Seen[];
}

export async function lyingCloud(t: TestContext): Promise<LyingCloud> {
  let seen: Seen[] = [];
  let service: Service = 'identity';
  let told: Told | null = null;
  let count = 0;
  const server = createServer((request, response) => void answer(request, response));
  const url = `http://127.0.0.1:${await listening(t, server)}`;
  t.after(() => server.closeAllConnections());

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let asked = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      asked += text;
    });
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    await once(request, 'end').catch(() => undefined);
    const { method = '', url: path = '' } = request;
    const target = new URL(path, url);
    const sound = soundAnswer(url, method, target);
    let lie: Lie | null = null;
    if (told !== null && target.pathname.startsWith(`/${service}`)) {
      const isMeant = told.always ? count >= told.at : count === told.at;
      if (isMeant) ({ lie } = told);
      count += 1;
    }
    const echo = JSON.stringify({ headers: request.headers, asked });
    seen.push({ method, target, ...give(response, sound, lie, echo) });
  }

  return {
    access: {
      cloud: 'lying',
      authUrl: `${url}/identity/v3`,
      credential: {
        kind: 'password',
        user: { name: 'vigil' },
        userDomain: { name: 'Default' },
        password: PASSWORD,
        project: { name: 'service' },
        projectDomain: { name: 'Default' },
      },
      region: null,
      interface: 'public',
      tls: { ca: null, verify: true },
      endpointOverride: { compute: null, placement: null },
    },
    tell(toService, what) {
      [seen, service, told, count] = [[], toService, what, 0];
    },
    seen: () => seen,
  };
}

type Given = Omit<Seen, 'method' | 'target'>;
const HUGE_BYTES = 40 * 1024 * 1024;

/** Answers so; `sound` is what would have been right. */
export function give(response: ServerResponse, sound: SoundAnswer, lie: Lie | null, echo: string): Given {
  const { status, headers } = sound;
  const text = sound.body === '' ? '' : JSON.stringify(sound.body);
  const whole = (status: number, text: string, more: Readonly<Record<string, string>> = {}): Given => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers, ...more });
    response.end(text);
    return { lie, status, json: parsed(text), isDamaged: false };
  };
  const damaged = (isDamaged = true): Given => ({ lie, status, json: null, isDamaged });
  switch (lie?.how) {
    case undefined:
      return whole(status, text);
    case 'json':
      return whole(status, sound.body === '' ? '' : changedText(sound.body, lie.list));
    case 'text':
      return whole(status, lie.text);
    case 'status': {
      const said = JSON.stringify({ error: { message: lie.echo ? echo : 'no' } });
      return whole(lie.status, said, lie.echo ? { location: `/?${encodeURIComponent(echo)}` } : {});
    }
    case 'header':
      return whole(status, text, { [lie.name]: lie.value });
    case 'cut': {
      const bytes = Buffer.from(text);
      const part = bytes.subarray(0, lie.at % Math.max(1, bytes.length));
      // What has no body cannot be cut.
      if (bytes.length === 0) return whole(status, text);
      const length = lie.framing === 'short' ? part.length : bytes.length;
      response.writeHead(
        status,
        lie.framing === 'chunked' ? headers : { ...headers, 'content-length': length },
      );
      response.write(part, () => response.destroy());
      return damaged();
    }
    case 'raw': {
      const head = `HTTP/1.1 ${status} OK\r\n${Object.entries(headers)
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('')}`;
      const bytes = Buffer.from(`${head}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
      response.socket?.end(changed(bytes, lie.list, bytes));
      return damaged(false);
    }
    case 'noise':
      response.socket?.end(lie.bytes);
      return damaged();
    case 'hang':
      return damaged();
    case 'slow':
      response.writeHead(status, { ...headers, 'content-length': text.length + 1 });
      response.write(text);
      return damaged();
    case 'endless':
      response.writeHead(status, headers);
      pour(response, Number.POSITIVE_INFINITY);
      return damaged();
    case 'huge':
      response.writeHead(status, headers);
      pour(response, HUGE_BYTES);
      return damaged();
  }
}

/** As fast as it is taken. */
function pour(response: ServerResponse, bytes: number): void {
  const chunk = ' '.repeat(64 * 1024);
  let left = bytes;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= chunk.length;
      if (!response.write(chunk)) return void response.once('drain', more);
    }
    response.end('{}');
  };
  more();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
