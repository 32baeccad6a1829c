import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { askAgent, type AgentCall, type AgentAnswer } from '../cli/agent-client.ts';
import type { ClusterStatus } from '../core/status.ts';
import { createTail } from '../drivers/journal/tail.ts';
import { createPeerClient } from '../drivers/orders/peer-client.ts';
import { makeTestCluster, type TestCluster } from '../drivers/tls/testing.ts';
import type { Handle } from './handler.ts';
import { agentSocket } from './agent-socket.ts';
import { openLocalServer } from './local-server.ts';
import { createMetrics } from './metrics.ts';
import { openMetricsServer } from './metrics-server.ts';
import { openPeerServer } from './peer-server.ts';

let blue: TestCluster;
before(async () => {
  blue = await makeTestCluster('blue', ['m', 's'], ['m', 's']);
});
after(() => blue.remove());

function status(host: string, role: 'master' | 'slave', masterPort: number | null): ClusterStatus {
  const master = masterPort === null ? null : { host: 'm', ip: '127.0.0.1', apiPort: masterPort };
  return { cluster: 'blue', host, role, master, term: 4, holds: [], volumes: [], hosts: [], incidents: [] };
}

const told: string[] = [];
const master: Handle = async (request) => {
  if (request.ask === 'status') return { to: 'status', status: status('m', 'master', null) };
  if (request.ask === 'confirm-dead') {
    told.push(`${request.host} by ${request.by}`);
    return { to: 'confirm-dead', ok: true, words: `${request.host} is taken for dead` };
  }
  throw new Error('not asked here');
};

async function openMaster(t: TestContext): Promise<number> {
  const opened = await openPeerServer({
    ip: '127.0.0.1',
    port: 0,
    identity: { cluster: 'blue', host: 'm', agent: 'a'.repeat(16) },
    tls: blue.keys('m').tls,
    handle: master,
    counters: createMetrics().api,
    onRefused: () => assert.fail(),
    keep: () => assert.fail(),
    onLimit: () => assert.fail(),
  });
  assert.ok(opened.ok);
  t.after(async () => opened.server.close());
  return opened.server.port;
}

interface Local {
  readonly folder: string;
  ask(call: AgentCall): Promise<AgentAnswer>;
}

const tail = createTail();

async function openLocal(t: TestContext, handle: Handle): Promise<Local> {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-local-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const opened = await openLocalServer(localOptions(folder, handle));
  assert.ok(opened.ok, JSON.stringify(opened));
  t.after(async () => opened.server.close());
  return { folder, ask: async (call) => askAgent(agentSocket(folder), call) };
}

function localOptions(folder: string, handle: Handle) {
  const metrics = createMetrics();
  const client = createPeerClient({
    cluster: 'blue',
    tls: blue.keys('s').tls,
    localAddress: '127.0.0.1',
    onLimit: () => assert.fail(),
  });
  const identity = { cluster: 'blue', host: 's', agent: 'b'.repeat(16) };
  return { runtimeDirectory: folder, identity, handle, client, tail, metrics, counters: metrics.api };
}

const slaveOf =
  (port: number | null): Handle =>
  async (request) => {
    assert.equal(request.ask, 'status');
    return { to: 'status', status: status('s', 'slave', port) };
  };

void test("a slave's commands are answered by the master, through mutual TLS", async (t) => {
  const local = await openLocal(t, slaveOf(await openMaster(t)));
  const answer = await local.ask({ method: 'GET', path: '/v1/status' });
  assert.ok(answer.ok);
  assert.deepEqual(answer.json, { status: status('m', 'master', null), source: 'master', note: null });
  const confirmed = await local.ask({
    method: 'POST',
    path: '/v1/confirm-dead',
    body: { version: 1, host: 'h9', by: 'ann' },
  });
  assert.ok(confirmed.ok);
  assert.deepEqual(confirmed.json, { ok: true, words: 'h9 is taken for dead' });
  assert.deepEqual(told, ['h9 by ann (through s)']);
});

void test('without a master the own knowledge is told, and said to be that', async (t) => {
  for (const port of [null, 1]) {
    const local = await openLocal(t, slaveOf(port));
    const answer = await local.ask({ method: 'GET', path: '/v1/status' });
    assert.match(
      answer.ok ? answer.text : '',
      /"source":"own","note":"(this host knows no master|master m does not answer)/,
    );
  }
});

void test('the socket is for its owner alone; a dead one is replaced, a live one never', async (t) => {
  const local = await openLocal(t, slaveOf(null));
  assert.equal(statSync(agentSocket(local.folder)).mode & 0o777, 0o600);
  const second = await openLocalServer(localOptions(local.folder, slaveOf(null)));
  assert.match(second.ok ? '' : second.words, /another agent serves/);
  const folder = mkdtempSync(join(tmpdir(), 'vigil-local-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(agentSocket(folder), '');
  const third = await openLocalServer(localOptions(folder, slaveOf(null)));
  assert.ok(third.ok);
  await third.server.close();
});

void test('events are told from where one was, and a follower waits for the next', async (t) => {
  const local = await openLocal(t, slaveOf(null));
  const entry = (seq: number) => ({ seq, at: '2026-01-01T00:00:00Z', event: `e${seq}`, data: {} });
  tail.push(entry(1));
  tail.push(entry(2));
  const events = async (query: string): Promise<string> => {
    const answer = await local.ask({ method: 'GET', path: `/v1/events?${query}` });
    return answer.ok ? answer.text : answer.words;
  };
  assert.match(await events('after=1'), /^\{"events":\[\{"seq":2,.*\],"last":2\}$/);
  const waiting = events('after=2&wait_ms=20000');
  tail.push(entry(3));
  assert.match(await waiting, /"e3"/);
  assert.match(await events('after=zz&limit=1'), /^\{"events":\[\{"seq":3/);
});

void test('a fault of the agent is an answer, and what is not understood is refused', async (t) => {
  const local = await openLocal(t, async () => {
    throw new Error('broken');
  });
  const answer = await local.ask({ method: 'GET', path: '/v1/gate' });
  assert.deepEqual(answer, { ok: false, reached: true, words: 'broken' });
  const bad = await local.ask({
    method: 'POST',
    path: '/v1/confirm-dead',
    body: { version: 1, host: 'H!', by: '' },
  });
  assert.match(bad.ok ? '' : bad.words, /not understood: host, by/);
});

void test('metrics are served as text, there and on a port of their own', async (t) => {
  const local = await openLocal(t, slaveOf(null));
  const answer = await local.ask({ method: 'GET', path: '/metrics' });
  assert.match(answer.ok ? answer.text : '', /# TYPE vigil_udp_dropped_total counter/);
  const metrics = createMetrics();
  metrics.limit('something');
  metrics.gauge('term', 'Term', () => 5);
  const opened = await openMetricsServer('127.0.0.1', 0, metrics);
  assert.ok(opened.ok);
  t.after(async () => opened.server.close());
  const url = `http://127.0.0.1:${opened.server.port}`;
  const text = await (await fetch(`${url}/metrics`)).text();
  assert.match(text, /vigil_limit_reached_total\{limit="something"\} 1/);
  assert.match(text, /vigil_term 5/);
  assert.equal((await fetch(`${url}/other`)).status, 404);
});
