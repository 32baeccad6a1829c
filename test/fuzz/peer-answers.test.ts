/** Whatever a slave answers to an order: it never arrived, or perhaps, or there is an outcome; and it is over in time. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { after, before, test, type TestContext } from 'node:test';
import * as fc from 'fast-check';
import { askProbe, type OrderResult, sendOrder } from '../../src/drivers/orders/orders.ts';
import { createPeerClient, type PeerClient } from '../../src/drivers/orders/peer-client.ts';
import { makeTestCluster, type TestCluster } from '../../src/drivers/tls/testing.ts';
import { listening } from '../listening.ts';
import { give, type Lie, longLies, type Seen, shortLies } from './lying-cloud.ts';
import { order, SECRET, token } from './order-samples.ts';
import { expectPlain } from './plain.ts';
import { fuzzAsync } from './runs.ts';

const DEADLINE_MS = 20_000;
const SHORT_DEADLINE_MS = 300;
const OUTCOME = { outcome: 'accepted', migrationId: 7 };

let blue: TestCluster;
before(async () => {
  blue = await makeTestCluster('blue', ['m', 's'], ['m']);
});
after(() => blue.remove());

type Given = Omit<Seen, 'method' | 'target'>;
interface Slave {
  readonly client: PeerClient;
  readonly to: Parameters<typeof sendOrder>[1];
  /** What the next request gets, and what it got: null if none was read. */
  readonly tell: (sound: object, lie: Lie | null) => () => Given | null;
}

async function lyingSlave(t: TestContext): Promise<Slave> {
  let [sound, lie, given]: [object, Lie | null, Given | null] = [OUTCOME, null, null];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    response.on('error', () => undefined);
    request.resume();
    await once(request, 'end').catch(() => undefined);
    given = give(response, { status: 200, headers: {}, body: sound }, lie, SECRET);
  };
  const server = createServer(
    { ...blue.keys('s').tls, requestCert: true, minVersion: 'TLSv1.3' },
    (request, response) => void answer(request, response),
  );
  const apiPort = await listening(t, server);
  t.after(() => server.closeAllConnections());
  const client = createPeerClient({
    cluster: 'blue',
    tls: blue.keys('m').tls,
    localAddress: '127.0.0.1',
    onLimit: () => assert.fail('limit'),
  });
  return {
    client,
    to: { host: 's', address: { ip: '127.0.0.1', udpPort: 1, apiPort } },
    tell(toSay, what) {
      [sound, lie, given] = [toSay, what, null];
      return () => given;
    },
  };
}

function expectHonest(result: OrderResult, given: Given | null): void {
  if (result.outcome !== null) {
    assert.ok(given !== null && !given.isDamaged, 'an outcome out of nothing');
    expectPlain(result.outcome, { textLength: 8_192, listItems: 0 });
    return;
  }
  assert.ok(result.detail.length < 1_000 && !result.detail.includes(SECRET), result.detail);
  if (given === null || given.lie?.how === 'raw' || given.lie?.how === 'noise') return;
  // It was read: only an answer that is given before the order is handed on says that it was not.
  const isBefore = !given.isDamaged && ((given.status >= 400 && given.status < 500) || given.status === 503);
  if (result.arrived === 'surely-not') assert.ok(isBefore, JSON.stringify({ result, given }));
}

void test('an order, and an answer that is over at once', async (t) => {
  const { client, to, tell } = await lyingSlave(t);
  tell(OUTCOME, null);
  assert.deepEqual(await sendOrder(client, to, order, token, DEADLINE_MS), { of: 'order', outcome: OUTCOME });
  await fuzzAsync(
    0.06,
    fc.asyncProperty(shortLies, async ({ lie }) => {
      const given = tell(OUTCOME, lie);
      expectHonest(await sendOrder(client, to, order, token, DEADLINE_MS), given());
    }),
  );
});

void test('an order, and an answer that only a deadline or a limit ends', async (t) => {
  const { client, to, tell } = await lyingSlave(t);
  await fuzzAsync(
    0.003,
    fc.asyncProperty(longLies, async ({ lie }) => {
      const given = tell(OUTCOME, lie);
      const result = await sendOrder(client, to, order, token, SHORT_DEADLINE_MS);
      expectHonest(result, given());
      assert.equal(result.outcome, null);
    }),
  );
});

void test('a neighbour that is asked to probe says what it found, or nothing', async (t) => {
  const { client, to, tell } = await lyingSlave(t);
  await fuzzAsync(
    0.02,
    fc.asyncProperty(shortLies, async ({ lie }) => {
      const given = tell({ answer: 'kernel' }, lie);
      const answer = await askProbe(client, to, { isolation: 'icmp:10.0.0.1' }, DEADLINE_MS);
      assert.ok(answer === null || ['agent', 'kernel', 'none'].includes(answer), `${answer}`);
      if (given()?.isDamaged === true) assert.equal(answer, null);
    }),
  );
});
