import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { makeTestCluster, type TestCluster } from '../tls/testing.ts';
import { findPing } from './ping.ts';
import { createProber, MAX_PROBES_OPEN, type Prober } from './probe.ts';

let blue: TestCluster;
let foreign: TestCluster;
let folder = '';
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-probe-'));
  blue = await makeTestCluster('blue', ['a', 'b', 'c'], ['a']);
  foreign = await makeTestCluster('blue', ['b'], ['b']);
});
after(() => {
  blue.remove();
  foreign.remove();
  rmSync(folder, { recursive: true, force: true });
});

const DEADLINE_MS = 5_000;

function prober(
  overrides: {
    pingProgram?: string;
    kernelAnswersProveLife?: boolean;
    localAddress?: string;
    onLimit?: () => void;
  } = {},
): Prober {
  const defaults = {
    pingProgram: null,
    kernelAnswersProveLife: true,
    localAddress: '127.0.0.1',
    onLimit: () => assert.fail(),
  };
  return createProber({
    cluster: 'blue',
    tls: blue.keys('a').tls,
    ...defaults,
    ...overrides,
  });
}

async function listening(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return address.port;
}

const host = (apiPort: number) => ({ host: 'b', ip: '127.0.0.1', apiPort });

function tlsServer(keys: { readonly ca: string; readonly cert: string; readonly key: string }): Server {
  const server = createTlsServer({
    ...keys,
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
  });
  server.on('tlsClientError', () => undefined);
  server.on('secureConnection', (socket) => socket.on('error', () => undefined));
  return server;
}

/** A stand-in for ping with a fixed exit code: this is about our reading of it. */
function fakePing(name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

void test('a TLS answer under its own name proves the agent', async (t) => {
  const port = await listening(t, tlsServer(blue.keys('b').tls));
  assert.equal(await prober().probe(host(port), DEADLINE_MS), 'agent');
});

void test('another name, a foreign certificate, no TLS, a refusal and a reset prove a kernel and no agent', async (t) => {
  const otherName = await listening(t, tlsServer(blue.keys('c').tls));
  const foreignCa = await listening(t, tlsServer(foreign.keys('b').tls));
  const noTls = await listening(
    t,
    createServer((socket) => socket.on('error', () => undefined).end('hello\n')),
  );
  const resets = await listening(
    t,
    createServer((socket) => socket.resetAndDestroy()),
  );
  const closed = createServer();
  const refusing = await listening(t, closed);
  closed.close();
  for (const port of [otherName, foreignCa, noTls, resets, refusing]) {
    assert.equal(await prober().probe(host(port), DEADLINE_MS), 'kernel');
  }
});

void test('where something else answers in the place of hosts, only their agents count', async (t) => {
  const strict = prober({ kernelAnswersProveLife: false, pingProgram: fakePing('relay', 'exit 0') });
  const agent = await listening(t, tlsServer(blue.keys('b').tls));
  const relay = await listening(t, createServer());
  assert.equal(await strict.probe(host(agent), DEADLINE_MS), 'agent');
  assert.equal(await strict.probe(host(relay), 300), 'none');
});

void test('accepted and then silent is a kernel; its agent may be stopped', async (t) => {
  const port = await listening(t, createServer());
  assert.equal(await prober().probe(host(port), 300), 'kernel');
});

void test('no answer at all is none, unless ICMP is answered', async () => {
  // A documentation address (RFC 5737), from an address that cannot reach it.
  const nowhere = { host: 'b', ip: '192.0.2.1', apiPort: 7411 };
  assert.equal(await prober({ pingProgram: fakePing('silent', 'exit 1') }).probe(nowhere, 300), 'none');
  assert.equal(await prober({ pingProgram: fakePing('echo', 'exit 0') }).probe(nowhere, 300), 'kernel');
  assert.equal(await prober({ pingProgram: fakePing('hangs', 'sleep 60') }).probe(nowhere, 300), 'none');
});

void test('what could not be tried is not an answer: bad local address, a name, no ping, ping without rights', async (t) => {
  const port = await listening(t, createServer());
  assert.equal(await prober({ localAddress: '192.0.2.77' }).probe(host(port), DEADLINE_MS), null);
  assert.equal(await prober().probe({ host: 'b', ip: 'localhost', apiPort: port }, DEADLINE_MS), null);
  assert.equal(await prober().probe({ isolation: 'icmp:127.0.0.1' }, DEADLINE_MS), null);
  assert.equal(
    await prober({ pingProgram: fakePing('denied', 'exit 2') }).probe(
      { isolation: 'icmp:127.0.0.1' },
      DEADLINE_MS,
    ),
    null,
  );
});

void test('an isolation address answers by a connection, a refusal or an echo', async (t) => {
  const server = createServer();
  const port = await listening(t, server);
  assert.equal(await prober().probe({ isolation: `tcp:127.0.0.1:${port}` }, DEADLINE_MS), 'kernel');
  server.close();
  assert.equal(await prober().probe({ isolation: `tcp:127.0.0.1:${port}` }, DEADLINE_MS), 'kernel');
  assert.equal(
    await prober({ pingProgram: fakePing('yes', 'exit 0') }).probe(
      { isolation: 'icmp:127.0.0.1' },
      DEADLINE_MS,
    ),
    'kernel',
  );
  assert.equal(
    await prober({ pingProgram: fakePing('no', 'exit 1') }).probe(
      { isolation: 'icmp:127.0.0.1' },
      DEADLINE_MS,
    ),
    'none',
  );
});

void test('probes at once are limited, and one too many says nothing', async (t) => {
  let limits = 0;
  const port = await listening(t, createServer());
  const limited = prober({ onLimit: () => (limits += 1) });
  const all = Array.from({ length: MAX_PROBES_OPEN + 1 }, async () => limited.probe(host(port), 300));
  const answers = await Promise.all(all);
  assert.equal(answers.filter((answer) => answer === null).length, 1);
  assert.equal(limits, 1);
});

void test('ping is looked for in the path and in the usual places', () => {
  fakePing('ping', 'exit 0');
  assert.equal(findPing(`/nonexistent:${folder}`), join(folder, 'ping'));
});
