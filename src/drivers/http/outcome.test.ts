import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { mayStillHappen } from '../../core/recovery/cloud.ts';
import type { HttpAnswer } from './http-client.ts';
import { expectStatus, failureOfStatus, neverSent, readJson } from './outcome.ts';

function answer(status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { kind: 'answer', status, headers, body: text, requestId: 'req-1' };
}

void test('every status has its code, and only a 4xx says that nothing was done', () => {
  const codes = {
    302: 'unintelligible',
    400: 'bad-request',
    401: 'unauthorized',
    403: 'forbidden',
    404: 'not-found',
    406: 'bad-request',
    409: 'conflict',
    413: 'rate-limited',
    429: 'rate-limited',
    500: 'server-error',
    503: 'server-error',
    504: 'server-error',
  } as const;
  for (const [status, code] of Object.entries(codes)) {
    const failure = failureOfStatus('nova', answer(Number(status), ''));
    assert.equal(failure.code, code, status);
    assert.equal(mayStillHappen(failure), Number(status) < 400 || Number(status) >= 500, status);
  }
});

void test('the service`s own words are passed on, whatever shape they have', () => {
  const said = (body: unknown): string => failureOfStatus('nova', answer(400, body)).detail;
  assert.equal(said({ badRequest: { code: 400, message: 'still in use' } }), 'still in use');
  assert.equal(said({ error: { code: 400, message: 'malformed' } }), 'malformed');
  assert.equal(said({ errors: [{ detail: 'no such provider' }] }), 'no such provider');
  assert.equal(said('<html>'), 'status 400');
  assert.equal(said({ badRequest: { message: 'x'.repeat(1000) } }).length, 300);
});

void test('an answer that does not fit names the place', () => {
  const schema = z.object({
    servers: z.array(
      z.union([z.object({ stub: z.literal(true) }), z.object({ flavor: z.object({ vcpus: z.number() }) })]),
    ),
  });
  const read = (body: unknown): string => {
    const outcome = readJson('nova', answer(200, body), schema);
    assert.ok(!outcome.ok);
    assert.equal(outcome.failure.code, 'unintelligible');
    return outcome.failure.detail;
  };
  assert.match(
    read({ servers: [{ stub: true }, { flavor: { vcpus: 'two' } }] }),
    /^servers\[1\]\.flavor\.vcpus: /,
  );
  assert.match(read({}), /^servers: /);
  assert.match(read([]), /^the answer: /);
  assert.equal(read('{"servers": ['), 'the answer is not JSON');
});

void test('an unexpected success is not taken for one', () => {
  const outcome = expectStatus('nova', answer(204, ''), [200]);
  assert.ok(!outcome.ok && outcome.failure.code === 'unintelligible');
});

void test('what failed before a request was sent cannot leave the request open', () => {
  const before = { service: 'keystone', status: null, requestId: null, detail: 'silence' } as const;
  for (const code of ['no-answer', 'server-error', 'unintelligible', 'incomplete'] as const) {
    const failure = neverSent({ ...before, code });
    assert.equal(mayStillHappen(failure), false);
    assert.match(failure.detail, new RegExp(`^not sent, ${code} before it: silence$`));
  }
  assert.equal(neverSent({ ...before, code: 'unauthorized' }).code, 'unauthorized');
});
