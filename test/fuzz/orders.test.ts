/** Whatever another agent sends: what it may not ask is not done, and each answer says with a code why not. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request } from 'node:https';
import { after, before, test, type TestContext } from 'node:test';
import { connect as connectTls } from 'node:tls';
import * as fc from 'fast-check';
import type { Handle } from '../../src/api/handler.ts';
import { createMetrics } from '../../src/api/metrics.ts';
import { openPeerServer } from '../../src/api/peer-server.ts';
import type { Request } from '../../src/core/input.ts';
import type { Report } from '../../src/core/reports/report.ts';
import { PATHS, REQUEST_BYTES_MAX } from '../../src/drivers/orders/contract.ts';
import type { ShortLivedToken } from '../../src/drivers/nova/cloud-driver.ts';
import { makeTestCluster, type TestCluster } from '../../src/drivers/tls/testing.ts';
import { ANSWERS, jsonOf } from './api-answers.ts';
import { changed, changes } from './change-bytes.ts';
import { requestsLike, send } from './http-requests.ts';
import { samples, SECRET } from './order-samples.ts';
import { expectPlain } from './plain.ts';
import { fuzzAsync, isWhole } from './runs.ts';

let blue: TestCluster;
before(async () => {
  blue = await makeTestCluster('blue', ['m', 's', 'x'], ['m']);
});
after(() => blue.remove());

interface Asked {
  readonly request: Request;
  readonly peer: string;
  readonly token: ShortLivedToken | null;
}

async function slave(t: TestContext) {
  const asked: Asked[] = [];
  const kept: { readonly report: Report; readonly from: string }[] = [];
  const refused: string[] = [];
  const metrics = createMetrics();
  const handle: Handle = async (request, peer, token) => {
    asked.push({ request, peer: peer.kind === 'host' ? `${peer.host} ${peer.eligible}` : 'local', token });
    return ANSWERS[request.ask];
  };
  const opened = await openPeerServer({
    ip: '127.0.0.1',
    port: 0,
    identity: { cluster: 'blue', host: 's', agent: 'a'.repeat(16) },
    tls: blue.keys('s').tls,
    handle,
    counters: metrics.api,
    onRefused: ({ code, words }) => refused.push(`${code}: ${words}`),
    keep: (report, from) => kept.push({ report, from }),
    onLimit: () => assert.fail('limit'),
  });
  assert.ok(opened.ok, 'not opened');
  t.after(async () => opened.server.close());
  const { port } = opened.server;
  const [m, x] = ['m', 'x'].map((host) => ({
    ...blue.keys(host).tls,
    host: '127.0.0.1',
    port,
    servername: 's',
  }));
  assert.ok(m !== undefined && x !== undefined, 'no keys');
  return {
    asked,
    kept,
    refused,
    metrics,
    connections: { m, x },
    /** What came of one request; forgotten then. */
    take: () => ({ asked: asked.splice(0), kept: kept.splice(0), refused: refused.splice(0) }),
  };
}

type Done = Pick<Awaited<ReturnType<typeof slave>>, 'asked' | 'kept' | 'refused'>;
/** Whatever was said, only this may have been done. */
function expectAuthorised(host: 'm' | 'x', { asked, kept, refused }: Done): void {
  const isEligible = host === 'm';
  assert.ok(asked.length + kept.length <= 1, 'one request, one deed');
  for (const { request, peer, token } of asked) {
    assert.equal(peer, `${host} ${isEligible}`);
    assert.equal(token === null, request.ask !== 'restart');
    assert.ok(isEligible || request.ask === 'probe' || request.ask === 'status', request.ask);
    if (request.ask === 'restart') assert.equal(request.order.master, host);
    if (request.ask === 'confirm-dead') assert.match(request.by, /\S \(through m\)$|^.{128}$/s);
    expectPlain(request, { textLength: 256, listItems: 1_024 });
  }
  for (const { report, from } of kept) {
    assert.ok(isEligible && from === host, `kept a report of ${from}`);
    assert.doesNotThrow(() => JSON.stringify(report));
  }
  for (const words of refused) assert.ok(words.length < 500 && !words.includes(SECRET), words);
}

/** Is what was done the very thing that the body says? */
function expectAsSaid(text: string, { asked, kept }: Done): void {
  // JSON knows -0, which is no count.
  const said = (): unknown => JSON.parse(text, (_key, value: unknown): unknown => (value === 0 ? 0 : value));
  for (const { request, token } of asked) {
    if (request.ask === 'restart') assert.deepEqual(said(), { version: 1, order: request.order, token });
    if (request.ask === 'probe') assert.deepEqual(said(), { version: 1, target: request.target });
  }
  for (const { report } of kept) assert.equal(report.cause, Reflect.get(Object(said()), 'report').cause);
}

void test('requests of hosts that are proven, changed in any part', async (t) => {
  const { take, connections, metrics } = await slave(t);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const codes = new Map<number, number>();
  await fuzzAsync(
    0.4,
    fc.asyncProperty(
      fc.constantFrom('m' as const, 'x' as const),
      requestsLike(samples),
      async (host, asking) => {
        const answer = await send((options) => request({ ...connections[host], agent, ...options }), asking);
        const done = take();
        expectAuthorised(host, done);
        const text = Buffer.from(asking.body ?? '').toString();
        expectAsSaid(text, done);
        if (answer === null) return assert.equal(done.asked.length + done.kept.length, 0);
        codes.set(answer.status, (codes.get(answer.status) ?? 0) + 1);
        assert.ok([200, 400, 403, 404, 413].includes(answer.status), `${answer.status} ${answer.text}`);
        assert.ok(!answer.text.includes(SECRET) && answer.text.length < 2_000, answer.text);
        if (answer.status !== 200) assert.equal(done.asked.length + done.kept.length, 0);
        if (asking.method === 'HEAD') return;
        const { code, words } = jsonOf(answer);
        const isTooLarge = text.length > REQUEST_BYTES_MAX && asking.method !== 'GET';
        if (answer.status === 200) return assert.ok(!isTooLarge, 'read beyond the limit');
        assert.ok(typeof code === 'string' && typeof words === 'string', answer.text);
        assert.ok(!isTooLarge || code !== 'bad-body', 'read beyond the limit');
      },
    ),
  );
  for (const status of isWhole ? [200, 400, 403, 404, 413] : [])
    assert.ok(codes.has(status), `never ${status}`);
  // A counter has a value for each label that it was ever given: they must be few, whoever asks for what.
  const labels = (await metrics.text())
    .split('\n')
    .filter((line) => line.startsWith('vigil_api_requests_total{'));
  const known = new Set<string>([...Object.values(PATHS), 'unknown']);
  for (const line of labels) assert.ok(known.has(/path="([^"]*)"/.exec(line)?.[1] ?? ''), line);
});

void test('bytes that are hardly HTTP any more', async (t) => {
  const { take, connections } = await slave(t);
  const whole = samples.map(({ method, path, body }) => {
    const text = body === null ? '' : JSON.stringify(body);
    return Buffer.from(
      `${method} ${path} HTTP/1.1\r\nhost: s\r\ncontent-length: ${text.length}\r\n\r\n${text}`,
    );
  });
  const one = fc.constantFrom(...whole);
  const bytes = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(one, one, changes).map(([first, other, list]) => changed(first, list, other)),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) },
  );
  await fuzzAsync(
    0.05,
    fc.asyncProperty(fc.constantFrom('m' as const, 'x' as const), bytes, async (host, bytes) => {
      const socket = connectTls(connections[host]);
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
      });
      socket.on('error', () => undefined);
      const closed = new Promise((resolve) => socket.once('close', resolve));
      await once(socket, 'secureConnect');
      socket.end(bytes);
      await closed;
      const { asked, kept, refused } = take();
      for (const one of asked) expectAuthorised(host, { asked: [one], kept: [], refused });
      for (const one of kept) expectAuthorised(host, { asked: [], kept: [one], refused });
      const statuses = [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
      assert.ok(text === '' || statuses.length > 0, text);
      assert.ok(
        statuses.every((status) => status < 500),
        text,
      );
      assert.ok(!text.includes(SECRET), text);
    }),
  );
});
