/** A real webhook listener on the management network: what an administrator would be told. */
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { Report } from '../../../src/core/reports/report.ts';
import { controllerIp, monotonicMs } from '../rig/index.ts';
import { readJson } from './json.ts';

const port = 19_099;
export const webhookUrl = `http://${controllerIp}:${port}/reports`;

export interface Told {
  readonly atMs: number;
  readonly by: string;
  readonly report: Report;
}

export class WebhookListener {
  readonly told: Told[] = [];
  #server: Server | undefined;

  async start(): Promise<void> {
    const server = createServer((incoming, outgoing) => {
      let body = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      incoming.on('end', () => {
        const payload = readJson<Report & { readonly reporter: string }>(body);
        this.told.push({ atMs: monotonicMs(), by: payload.reporter, report: payload });
        outgoing.writeHead(204).end();
      });
    });
    server.listen(port, controllerIp);
    await once(server, 'listening');
    this.#server = server;
  }

  stop(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }

  /** Reports of causes with this beginning since a moment, in the order in which they came. */
  since(sinceMs: number, prefix: string): readonly Told[] {
    return this.told.filter(({ atMs, report }) => atMs >= sinceMs && report.cause.startsWith(prefix));
  }
}
