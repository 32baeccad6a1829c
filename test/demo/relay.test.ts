import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { test, type TestContext } from 'node:test';
import { openTcpRelay } from '../../src/demo/relay-tcp.ts';
import { openUdpRelay } from '../../src/demo/relay-udp.ts';
import { listening } from '../listening.ts';

/** Addresses of this test alone, so that it can run beside a demonstration. */
const HOST = '127.0.3.1';
const RELAY = '127.0.3.2';
const PEER = '127.0.3.3';
/** Long enough for what would have come over loopback. */
const QUIET_MS = 200;

const quiet = async (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, QUIET_MS);
  });

async function echoServer(t: TestContext): Promise<number> {
  const server = createServer((socket) => socket.pipe(socket));
  return listening(t, server, HOST);
}

void test('a cut connection neither passes nor ends, and goes on when healed', async (t) => {
  const port = await echoServer(t);
  const cut = new Set<string>();
  const opened = await openTcpRelay({
    address: RELAY,
    port,
    target: { address: HOST, port },
    isBlocked: (from) => cut.has(from),
  });
  assert.ok(opened.ok);
  t.after(() => opened.relay.close());
  const socket = connect({ host: RELAY, port, localAddress: PEER });
  t.after(() => socket.destroy());
  const heard: string[] = [];
  const hears = async (text: string): Promise<void> => {
    while (heard.join('') !== text) await once(socket, 'data');
  };
  let ended = false;
  socket.on('data', (bytes: Buffer) => heard.push(bytes.toString()));
  socket.on('close', () => void (ended = true));
  socket.write('before ');
  await hears('before ');

  cut.add(PEER);
  opened.relay.recheck();
  socket.write('meanwhile');
  await quiet();
  assert.equal(heard.join(''), 'before ');
  assert.equal(ended, false);

  cut.delete(PEER);
  opened.relay.recheck();
  await hears('before meanwhile');
});

void test('a call to a cut host is accepted by the relay and answered by nobody', async (t) => {
  const port = await echoServer(t);
  const target = { address: HOST, port };
  const opened = await openTcpRelay({ address: RELAY, port, target, isBlocked: () => true });
  assert.ok(opened.ok);
  t.after(() => opened.relay.close());
  const socket = connect({ host: RELAY, port });
  t.after(() => socket.destroy());
  let heard = 0;
  socket.on('data', (bytes: Buffer) => void (heard += bytes.length));
  socket.write('anybody');
  await quiet();
  assert.equal(heard, 0);
  assert.equal(socket.destroyed, false);
});

void test('a host that is off ends calls to it at once', async (t) => {
  const port = await echoServer(t);
  const target = { address: PEER, port };
  const opened = await openTcpRelay({ address: RELAY, port, target, isBlocked: () => false });
  assert.ok(opened.ok);
  t.after(() => opened.relay.close());
  const socket = connect({ host: RELAY, port });
  socket.on('error', () => undefined);
  await once(socket, 'close');
});

void test('datagrams pass, but not those of a cut host', async (t) => {
  const host = createSocket('udp4');
  const peer = createSocket('udp4');
  t.after(() => [host, peer].forEach((socket) => socket.close()));
  host.bind(0, HOST);
  peer.bind(0, PEER);
  await Promise.all([once(host, 'listening'), once(peer, 'listening')]);
  const { port } = host.address();
  let isCut = true;
  const opened = await openUdpRelay({ address: RELAY, to: HOST, port, isBlocked: () => isCut });
  assert.ok(opened.ok);
  t.after(() => opened.close());
  const heard: string[] = [];
  host.on('message', (bytes) => heard.push(bytes.toString()));
  peer.send('lost', port, RELAY);
  await quiet();
  isCut = false;
  peer.send('heard', port, RELAY);
  await once(host, 'message');
  assert.deepEqual(heard, ['heard']);
});

void test('a port in use is told in words', async (t) => {
  const port = await echoServer(t);
  const options = { address: HOST, port, target: { address: HOST, port }, isBlocked: () => false };
  const opened = await openTcpRelay(options);
  assert.match(opened.ok ? '' : opened.words, /TCP 127\.0\.3\.1 port \d+ \(EADDRINUSE\)/);
});
