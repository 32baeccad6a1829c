import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_PENDING_REQUESTS, pendingRequests } from './pending-requests.ts';

void test('a write of the seat is sent however many requests wait, and no other is', async () => {
  const pending = pendingRequests<string>();
  const sent: number[] = [];
  const ask = (isSeat: boolean) => pending.begin(60_000, isSeat, (id) => void sent.push(id));
  const waiting = Array.from({ length: MAX_PENDING_REQUESTS }, () => ask(false));
  const other = await ask(false);
  assert.ok(!other.ok && other.error.code === 'busy');
  const seat = ask(true);
  assert.equal(sent.length, MAX_PENDING_REQUESTS + 1);
  pending.settle(sent.at(-1) ?? 0, { ok: true, answer: 'written' });
  assert.deepEqual(await seat, { ok: true, answer: 'written' });
  pending.failAll({ code: 'disconnected', detail: '' });
  await Promise.all(waiting);
});
