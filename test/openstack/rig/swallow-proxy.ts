/**
 * A proxy before nova-api that loses answers on command: nova has taken the request, the client never learns of it.
 * Reached through the region `RegionProxied` of the catalog.
 */
import { type IncomingMessage, type Server, type ServerResponse, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { controllerIp, ports } from './settings.ts';

/** What the client sees in place of the answer: its connection closed, or nothing ever. */
export type SwallowHow = 'close' | 'hang';

export interface Passed {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** Monotonic milliseconds when the request was complete, and when nova's answer was. */
  readonly requestMs: number;
  readonly answerMs: number;
  readonly status: number;
  readonly swallowed: boolean;
}

type Match = (method: string, path: string, body: string) => boolean;

/** An evacuation's POST. */
export const isEvacuate: Match = (method, path, body) =>
  method === 'POST' && path.endsWith('/action') && body.includes('"evacuate"');

const historyMax = 100_000;
const now = (): number => Number(process.hrtime.bigint()) / 1e6;

const readAll = async (message: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
};

export class SwallowProxy {
  /** All that went through, oldest first. */
  readonly passed: Passed[] = [];
  #server: Server | undefined;
  #armed: { left: number; readonly how: SwallowHow; readonly match: Match } | undefined;
  #beforeForward: ((method: string, path: string, body: string) => unknown) | undefined;
  readonly #upstream: { readonly host: string; readonly port: number };
  #port: number;

  constructor(port: number = ports.novaProxy, upstream = { host: controllerIp, port: ports.nova as number }) {
    this.#port = port;
    this.#upstream = upstream;
  }

  async start(): Promise<void> {
    if (this.#server !== undefined) return;
    const server = createServer((incoming, outgoing) => {
      this.#handle(incoming, outgoing).catch(() => outgoing.destroy());
    });
    server.listen(this.#port, controllerIp);
    await once(server, 'listening');
    this.#server = server;
    const address: AddressInfo | string | null = server.address();
    if (address !== null && typeof address === 'object') this.#port = address.port;
  }

  /** Connections are cut and refused from now on: nova-api is down for whoever comes through here. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  /** The next `times` answers to matching requests are lost; nova gets the requests all the same. */
  swallow(times = 1, how: SwallowHow = 'close', match: Match = isEvacuate): void {
    this.#armed = { left: times, how, match };
  }

  passAll(): void {
    this.#armed = undefined;
  }

  /** Called with each complete request before nova gets it, and waited for: the instant to kill somebody at. */
  beforeForward(call: ((method: string, path: string, body: string) => unknown) | undefined): void {
    this.#beforeForward = call;
  }

  #takeSwallow(method: string, path: string, body: string): SwallowHow | undefined {
    const armed = this.#armed;
    if (armed === undefined || armed.left === 0 || !armed.match(method, path, body)) return undefined;
    armed.left -= 1;
    return armed.how;
  }

  async #handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await readAll(incoming);
    const [method, path, text] = [incoming.method ?? 'GET', incoming.url ?? '/', body.toString()];
    const requestMs = now();
    await this.#beforeForward?.(method, path, text);
    const how = this.#takeSwallow(method, path, text);
    const headers = { ...incoming.headers, connection: 'close', 'content-length': String(body.length) };
    delete headers['transfer-encoding'];
    const forward = request({ ...this.#upstream, method, path, headers, agent: false });
    forward.end(body);
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      forward.once('response', resolve);
      forward.once('error', reject);
    });
    const answerBody = await readAll(answer);
    const status = answer.statusCode ?? 502;
    if (this.passed.length < historyMax) {
      const swallowed = how !== undefined;
      this.passed.push({ method, path, body: text, requestMs, answerMs: now(), status, swallowed });
    }
    if (how === 'hang') return;
    if (how === 'close') {
      outgoing.destroy();
      return;
    }
    const { connection: _, 'transfer-encoding': __, ...answerHeaders } = answer.headers;
    outgoing.writeHead(status, { ...answerHeaders, 'content-length': String(answerBody.length) });
    outgoing.end(answerBody);
  }
}
