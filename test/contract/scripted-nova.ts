/** A nova that answers as the test says, for what no well-behaved server does. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export interface ScriptedNova {
  readonly url: string;
  /** `METHOD path` of each request but the version document's. */
  readonly seen: string[];
  close(): Promise<void>;
}

export interface Script {
  /** Null: the version document is never answered. */
  readonly maxMicroversion?: () => string | null;
  readonly answer: (request: IncomingMessage, response: ServerResponse) => void;
}

export async function startScriptedNova(script: Script): Promise<ScriptedNova> {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      if (request.method === 'GET' && request.url === '/v2.1/') {
        const version = script.maxMicroversion === undefined ? '2.90' : script.maxMicroversion();
        if (version === null) return;
        json(response, 200, { version: { id: 'v2.1', version, min_version: '2.1' } });
        return;
      }
      seen.push(`${request.method} ${request.url?.replace('/v2.1', '')}`);
      script.answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no address');
  return {
    url: `http://127.0.0.1:${address.port}/v2.1`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
