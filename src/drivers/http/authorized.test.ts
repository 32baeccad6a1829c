import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CloudFailure } from '../../core/recovery/cloud.ts';
import { sendAuthorized } from './authorized.ts';
import type { HttpClient, HttpOutcome } from './http-client.ts';

const nowMs = performance.now();
const budget = {
  deadlineAtMs: nowMs + 1_000,
  leaveByMs: nowMs + 300,
  signal: new AbortController().signal,
};
const silent: CloudFailure = {
  code: 'no-answer',
  service: 'keystone',
  status: null,
  requestId: null,
  detail: '',
};

function answering(
  ...statuses: readonly number[]
): HttpClient & { readonly sent: string[]; readonly leaveByMs: number[] } {
  const sent: string[] = [];
  const leaveByMs: number[] = [];
  return {
    sent,
    leaveByMs,
    send: async (request): Promise<HttpOutcome> => {
      leaveByMs.push(request.leaveByMs);
      sent.push(request.headers['x-auth-token'] ?? '');
      const status = statuses[sent.length - 1] ?? 500;
      return { kind: 'answer', status, headers: {}, body: '', requestId: 'req-1' };
    },
    close: async () => {},
  };
}

const request = { service: 'nova', url: 'http://nova/', headers: {}, body: null, expected: [200] } as const;

void test('without a token a request with an effect was surely not sent; a read tells what happened', async () => {
  const authority = { token: async () => ({ ok: false, failure: silent }) as const, refused: () => true };
  const http = answering();
  const post = await sendAuthorized(http, authority, { ...request, method: 'POST' }, budget);
  const get = await sendAuthorized(http, authority, { ...request, method: 'GET' }, budget);
  assert.deepEqual(http.sent, []);
  assert.ok(!post.ok && post.failure.code === 'unreachable');
  assert.ok(!get.ok && get.failure.code === 'no-answer');
});

void test('after a 401 the renewal may fail: then the request was surely not carried out', async () => {
  let asked = 0;
  const authority = {
    token: async () => {
      asked += 1;
      return asked === 1 ? ({ ok: true, value: 'old' } as const) : ({ ok: false, failure: silent } as const);
    },
    refused: () => true,
  };
  const http = answering(401);
  const post = await sendAuthorized(http, authority, { ...request, method: 'POST' }, budget);
  assert.deepEqual(http.sent, ['old']);
  assert.ok(!post.ok && post.failure.code === 'unreachable');
});

void test('what has an effect leaves soon after it was asked for, also where its token had to be renewed', async () => {
  const authority = { token: async () => ({ ok: true, value: 'one' }) as const, refused: () => true };
  const http = answering(401, 200, 200);
  await sendAuthorized(http, authority, { ...request, method: 'POST' }, budget);
  await sendAuthorized(http, authority, { ...request, method: 'GET' }, budget);
  assert.deepEqual(http.leaveByMs, [budget.leaveByMs, budget.leaveByMs, budget.deadlineAtMs]);
});
