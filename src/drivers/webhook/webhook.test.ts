import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { test, type TestContext } from 'node:test';
import { listening } from '../../../test/listening.ts';
import type { Report } from '../../core/reports/report.ts';
import { backoffMs } from './backoff.ts';
import { tryConnection } from './try-connection.ts';
import { createWebhook, MAX_QUEUED_REPORTS } from './webhook.ts';

const report = (title: string): Report => ({
  cause: 'host/h3/isolated',
  state: 'begin',
  severity: 'warning',
  host: 'h3',
  title,
  rule: 'rule 9',
  evidence: {},
  advice: null,
});

interface Listener {
  readonly url: string;
  readonly got: { readonly title: string; readonly authorization: string | undefined }[];
  until(condition: () => boolean): Promise<void>;
}

/** A real listener; `answers` are its HTTP codes in turn, 0 breaks the connection, the last one repeats. */
async function listener(t: TestContext, answers: readonly number[]): Promise<Listener> {
  const got: { title: string; authorization: string | undefined }[] = [];
  let asked = 0;
  let wake = (): void => undefined;
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      const status = answers[Math.min(asked, answers.length - 1)] ?? 200;
      asked += 1;
      const { title } = JSON.parse(text);
      got.push({ title, authorization: request.headers.authorization });
      if (status === 0) response.destroy();
      else response.writeHead(status).end('words that nobody reads');
      wake();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { url: `http://127.0.0.1:${address.port}/hook?key=hidden`, got, until };
}

function sink(url: string, counted: string[], overrides: { attempts?: number; retryFirstMs?: number } = {}) {
  return createWebhook({
    name: 'webhook-1',
    url,
    deadlineMs: 5_000,
    attempts: 5,
    retryFirstMs: 1,
    retryMaxMs: 4,
    cluster: 'blue',
    host: 'h1',
    count: (event) => counted.push(event),
    onLimit: (what) => counted.push(what),
    ...overrides,
  });
}

void test('a listener that fails twice gets every report in the end, in their order', {
  timeout: 20_000,
}, async (t) => {
  const target = await listener(t, [500, 0, 200]);
  const counted: string[] = [];
  const webhook = sink(target.url, counted);
  for (const title of ['one', 'two', 'three']) webhook.deliver(report(title));
  await target.until(() => target.got.length === 5);
  await webhook.close(5_000);
  assert.deepEqual(
    target.got.map(({ title }) => title),
    ['one', 'one', 'one', 'two', 'three'],
  );
  assert.deepEqual(counted, ['failed', 'failed', 'sent', 'sent', 'sent']);
});

void test('what is refused for good is not sent again, and one given up does not hold the next', {
  timeout: 20_000,
}, async (t) => {
  const target = await listener(t, [400, 503, 503, 200]);
  const counted: string[] = [];
  const webhook = sink(target.url, counted, { attempts: 2 });
  for (const title of ['bad', 'late', 'good']) webhook.deliver(report(title));
  await target.until(() => target.got.length === 4);
  await webhook.close(5_000);
  assert.deepEqual(
    target.got.map(({ title }) => title),
    ['bad', 'late', 'late', 'good'],
  );
  assert.deepEqual(counted, ['rejected', 'failed', 'failed', 'dropped', 'sent']);
});

void test('the queue has a limit, and closing does not wait for a dead listener', {
  timeout: 20_000,
}, async () => {
  const counted: string[] = [];
  const webhook = sink('http://127.0.0.1:1/hook', counted, { retryFirstMs: 60_000 });
  for (let index = 0; index < MAX_QUEUED_REPORTS + 3; index += 1) webhook.deliver(report(`r${index}`));
  // One is on its way, the queue is full behind it.
  assert.equal(counted.filter((event) => event === 'dropped').length, 2);
  assert.ok(counted.includes('webhook-1'));
  await webhook.close(20);
  assert.ok(counted.filter((event) => event === 'dropped').length >= MAX_QUEUED_REPORTS);
});

void test('a user and password in the URL become a header', { timeout: 20_000 }, async (t) => {
  const target = await listener(t, [200]);
  const webhook = sink(target.url.replace('http://', 'http://ann:p%40ss@'), []);
  webhook.deliver(report('one'));
  await target.until(() => target.got.length === 1);
  await webhook.close(5_000);
  assert.equal(target.got[0]?.authorization, `Basic ${Buffer.from('ann:p@ss').toString('base64')}`);
});

void test('a connection is tried without a report, and by the deadline it is known', {
  timeout: 20_000,
}, async (t) => {
  const target = await listener(t, [200]);
  assert.deepEqual(await tryConnection(target.url, 5_000), { ok: true });
  assert.deepEqual(target.got, []);
  const withoutTls = await tryConnection(target.url.replace('http:', 'https:'), 5_000);
  assert.match(withoutTls.ok ? 'ok' : withoutTls.code, /^(EPROTO|ERR_SSL_.*)$/);
  assert.deepEqual(await tryConnection('http://[::ffff:127.0.0.1]:1/hook', 5_000), {
    ok: false,
    code: 'ECONNREFUSED',
  });
  const mute = createTcpServer((socket) => socket.on('error', () => undefined).resume());
  const port = await listening(t, mute);
  assert.deepEqual(await tryConnection(`https://127.0.0.1:${port}/hook`, 100), {
    ok: false,
    code: 'UND_ERR_CONNECT_TIMEOUT',
  });
});

void test('waits double up to their limit and differ by chance', () => {
  const waits = (random: number): number[] =>
    [1, 2, 3, 10, 40].map((attempt) => backoffMs(attempt, 1000, 60_000, () => random));
  assert.deepEqual(waits(1), [1000, 2000, 4000, 60_000, 60_000]);
  assert.deepEqual(waits(0), [500, 1000, 2000, 30_000, 30_000]);
});
