import assert from 'node:assert/strict';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, test } from 'node:test';
import { createHttpClient, type HttpClient, type HttpRequest } from './http-client.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A peer that does with each connection what the test says, byte by byte. */
async function peer(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return `http://127.0.0.1:${address.port}`;
}

function client(options: { bodyBytesMax?: number; connectDeadlineMs?: number } = {}): HttpClient {
  const made = createHttpClient({ tls: { ca: null, verify: true }, ...options });
  closers.push(() => made.close());
  return made;
}

function get(url: string, over: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: 'GET',
    url,
    headers: {},
    body: null,
    fresh: false,
    deadlineAtMs: performance.now() + 5_000,
    leaveByMs: performance.now() + 5_000,
    signal: new AbortController().signal,
    ...over,
  };
}

const answerWith =
  (...parts: readonly string[]) =>
  (socket: Socket): void => {
    socket.once('data', () => {
      for (const part of parts) socket.write(part);
    });
  };

void test('a refused connection is unreachable', async () => {
  const url = await peer(() => {});
  await closers.pop()?.();
  const outcome = await client().send(get(url));
  assert.equal(outcome.kind, 'unreachable');
  assert.ok(outcome.kind === 'unreachable' && /ECONNREFUSED/.test(outcome.detail), JSON.stringify(outcome));
});

void test('a name that does not resolve is unreachable', async () => {
  const outcome = await client().send(get('http://no-such-host.invalid/'));
  assert.equal(outcome.kind, 'unreachable');
});

void test('a peer that does not speak TLS is unreachable: nothing of the request was sent', async () => {
  const url = await peer((socket) => socket.once('data', () => socket.end('HTTP/1.1 400 no\r\n\r\n')));
  const outcome = await client().send(get(url.replace('http:', 'https:')));
  assert.equal(outcome.kind, 'unreachable');
});

void test('a handshake that never ends is unreachable', async () => {
  const url = await peer(() => {});
  const request = get(url.replace('http:', 'https:'), { deadlineAtMs: performance.now() + 300 });
  assert.equal((await client().send(request)).kind, 'unreachable');
});

void test('an address that is none is unreachable', async () => {
  assert.equal((await client().send(get('ftp://127.0.0.1/'))).kind, 'unreachable');
  assert.equal((await client().send(get('nonsense'))).kind, 'unreachable');
});

void test('a peer that takes the request and is silent gives no answer', async () => {
  const url = await peer(() => {});
  const outcome = await client().send(get(url, { deadlineAtMs: performance.now() + 200 }));
  assert.equal(outcome.kind, 'no-answer');
});

void test('a connection that breaks after the request gives no answer', async () => {
  const url = await peer((socket) => socket.once('data', () => socket.destroy()));
  assert.equal((await client().send(get(url))).kind, 'no-answer');
  assert.equal(
    (await client().send(get(url, { method: 'POST', body: '{}', fresh: true }))).kind,
    'no-answer',
  );
});

void test('a body that ends too early gives no answer, and the status is told', async () => {
  const url = await peer((socket) =>
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a":')),
  );
  const outcome = await client().send(get(url));
  assert.equal(outcome.kind, 'no-answer');
  assert.equal(outcome.status, 200);
});

void test('a body that stalls gives no answer by the deadline', async () => {
  const url = await peer(answerWith('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"a":'));
  const outcome = await client().send(get(url, { deadlineAtMs: performance.now() + 200 }));
  assert.equal(outcome.kind, 'no-answer');
});

void test('a body longer than the limit is oversized, whether or not its length is told', async () => {
  const told = await peer(answerWith(`HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n${'x'.repeat(40)}`));
  const chunked = await peer(
    answerWith(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n28\r\n${'x'.repeat(40)}\r\n`),
  );
  for (const url of [told, chunked]) {
    const outcome = await client({ bodyBytesMax: 39 }).send(get(url));
    assert.equal(outcome.kind, 'oversized');
  }
  assert.equal((await client({ bodyBytesMax: 40 }).send(get(told))).kind, 'answer');
});

void test('a request given up before it was sent never goes out', async () => {
  const seen: string[] = [];
  const url = await peer((socket) => socket.on('data', (bytes) => seen.push(String(bytes))));
  const aborted = AbortSignal.abort();
  assert.equal((await client().send(get(url, { signal: aborted }))).kind, 'unreachable');
  assert.equal((await client().send(get(url, { deadlineAtMs: performance.now() - 1 }))).kind, 'unreachable');
  assert.equal((await client().send(get(url, { leaveByMs: performance.now() - 1 }))).kind, 'unreachable');
  assert.deepEqual(seen, []);
});

void test('a request given up while it waits for its connection does not go out when that is there', async () => {
  const seen: string[] = [];
  let connections = 0;
  const url = await peer((socket) => {
    connections += 1;
    socket.on('data', (bytes) => {
      seen.push(String(bytes).split(' ')[1] ?? '');
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    });
  });
  const http = client();
  const giving = new AbortController();
  const given = http.send(get(`${url}/given-up`, { signal: giving.signal }));
  giving.abort();
  assert.equal((await given).kind, 'unreachable');
  // The second connection is made after the first, and answers after the first could have written.
  assert.equal((await http.send(get(`${url}/wanted`))).kind, 'answer');
  assert.equal((await http.send(get(`${url}/wanted`, { fresh: true }))).kind, 'answer');
  assert.ok(connections >= 2);
  assert.deepEqual(seen, ['/wanted', '/wanted']);
});

void test('a request whose deadline passed while the process stood still does not go out', async (t) => {
  const seen: string[] = [];
  const url = await peer((socket) => socket.on('data', (bytes) => seen.push(String(bytes))));
  const http = client();
  const sending = http.send(get(url, { method: 'POST', body: '{}', fresh: true }));
  const now = performance.now.bind(performance);
  t.mock.method(performance, 'now', () => now() + 60_000);
  const outcome = await sending;
  assert.equal(outcome.kind, 'unreachable');
  assert.ok(outcome.kind === 'unreachable' && /deadline/.test(outcome.detail), JSON.stringify(outcome));
  assert.deepEqual(seen, []);
});

void test('a request given up after it was sent gives no answer', async () => {
  const giving = new AbortController();
  const url = await peer((socket) => socket.once('data', () => giving.abort()));
  assert.equal((await client().send(get(url, { signal: giving.signal }))).kind, 'no-answer');
});

void test('each request bears an id of its own, and the service`s own id is told', async () => {
  const seen: string[] = [];
  const url = await peer((socket) =>
    socket.on('data', (bytes) => {
      seen.push(/x-openstack-request-id: (req-[0-9a-f-]{36})/.exec(String(bytes))?.[1] ?? 'none');
      const header = seen.length === 1 ? 'x-openstack-request-id: req-theirs\r\n' : '';
      socket.write(`HTTP/1.1 200 OK\r\n${header}content-length: 0\r\n\r\n`);
    }),
  );
  const http = client();
  const first = await http.send(get(url));
  const second = await http.send(get(url));
  assert.equal(first.requestId, 'req-theirs');
  assert.equal(second.requestId, seen[1]);
  assert.notEqual(seen[0], seen[1]);
});

void test('a fresh request uses a connection of its own', async () => {
  let connections = 0;
  const url = await peer((socket) => {
    connections += 1;
    socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
  });
  const http = client();
  await http.send(get(url));
  // undici offers the connection again a turn of the loop after the answer.
  await new Promise((resolve) => setImmediate(resolve));
  await http.send(get(url));
  assert.equal(connections, 1);
  await http.send(get(url, { fresh: true }));
  await new Promise((resolve) => setImmediate(resolve));
  await http.send(get(url, { fresh: true }));
  assert.equal(connections, 3);
});
