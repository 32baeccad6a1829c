import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CloudAccess } from '../clouds-yaml/cloud-access.ts';
import type { HttpClient } from '../http/http-client.ts';
import { createKeystoneSession } from './session.ts';

const SECRET = 'hunter\\2-correct-horse';

const access: CloudAccess = {
  cloud: 'c',
  authUrl: 'https://keystone/v3',
  credential: {
    kind: 'password',
    user: { name: 'vigil' },
    userDomain: { name: 'Default' },
    password: SECRET,
    project: { name: 'admin' },
    projectDomain: { name: 'Default' },
  },
  region: null,
  interface: 'public',
  tls: { ca: null, verify: true },
  endpointOverride: { compute: null, placement: null },
};

/** A keystone that refuses with these words. */
function refusing(status: number, message: string): HttpClient {
  const body = JSON.stringify({ error: { code: status, message } });
  return {
    send: async () => ({ kind: 'answer', status, headers: {}, requestId: 'req-1', body }),
    close: async () => {},
  };
}

const quotes = [
  `Invalid input for field 'identity/password/user': {'password': '${SECRET.replaceAll('\\', '\\\\')}'}`,
  `${'x'.repeat(285)} '${SECRET}'`,
];

for (const [n, message] of quotes.entries())
  void test(`no part of a secret that keystone quotes is passed on, however it quotes it (${n})`, async () => {
    const session = createKeystoneSession(access, refusing(400, message));
    const deadlineAtMs = performance.now() + 1_000;
    const budget = { deadlineAtMs, leaveByMs: deadlineAtMs, signal: new AbortController().signal };
    const outcome = await session.issued(budget);
    assert.ok(!outcome.ok);
    assert.match(outcome.failure.detail, /status 400/);
    assert.doesNotMatch(JSON.stringify(outcome.failure), /hunter|horse/);
    session.close();
  });
