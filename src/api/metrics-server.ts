import { createServer } from 'node:http';
import { errno } from '../config/errno.ts';
import { portWords } from '../config/port-words.ts';
import type { Metrics } from './metrics.ts';
import { closeServer, type Opened, portOf } from './peer-server.ts';

const MAX_SCRAPERS = 16;

/** For Prometheus, where the configuration opens a port: metrics and nothing else, without TLS. */
export async function openMetricsServer(
  ip: string,
  port: number,
  metrics: Pick<Metrics, 'text'>,
): Promise<Opened> {
  const server = createServer((incoming, outgoing) => {
    if (incoming.method !== 'GET' || incoming.url !== '/metrics') {
      outgoing.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => outgoing.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(text),
      () => outgoing.writeHead(500).end(),
    );
  });
  server.maxConnections = MAX_SCRAPERS;
  return new Promise((resolve) => {
    const onError = (error: Error): void =>
      resolve({ ok: false, words: portWords('TCP', ip, port, 'metrics.port', errno(error)) });
    server.once('error', onError);
    server.listen({ host: ip, port, exclusive: true }, () => {
      server.removeListener('error', onError);
      server.on('error', () => undefined);
      resolve({
        ok: true,
        server: { port: portOf(server.address()), close: async () => closeServer(server) },
      });
    });
  });
}
