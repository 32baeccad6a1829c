/** Sockets that tests listen on. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import type { TestContext } from 'node:test';

const LOOPBACK = '127.0.0.1';

/** The port; closed with the test. */
export async function listening(
  t: TestContext,
  server: Server = createServer(),
  ip = LOOPBACK,
): Promise<number> {
  t.after(() => server.close());
  return listen(server, ip);
}

/** Nobody listens on it any more. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, LOOPBACK);
  server.close();
  await once(server, 'close');
  return port;
}

async function listen(server: Server, ip: string): Promise<number> {
  server.listen(0, ip);
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : assert.fail('it has no port');
}
