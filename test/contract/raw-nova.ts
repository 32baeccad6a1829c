/** Requests to nova as they are, at any microversion, beside the driver under test. */
import type { CloudAccess } from '../../src/drivers/clouds-yaml/cloud-access.ts';
import { createHttpClient } from '../../src/drivers/http/http-client.ts';
import { createKeystoneSession } from '../../src/drivers/keystone/session.ts';
import { apiRoot } from '../../src/drivers/nova/microversion.ts';

const DEADLINE_MS = 30_000;

export interface RawAnswer {
  readonly status: number;
  readonly text: string;
  /** Undefined where the body is not JSON. */
  readonly json: unknown;
  readonly requestId: string;
}

export interface RawNova {
  request(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    microversion?: string,
  ): Promise<RawAnswer>;
  close(): Promise<void>;
}

export function rawNova(access: CloudAccess): RawNova {
  const http = createHttpClient({ tls: access.tls });
  const session = createKeystoneSession(access, http);
  return {
    async request(method, path, body = null, microversion = '2.90') {
      const deadlineAtMs = performance.now() + DEADLINE_MS;
      const budget = { deadlineAtMs, leaveByMs: deadlineAtMs, signal: new AbortController().signal };
      const endpoint = await session.endpoint('compute', budget);
      const token = await session.token(budget);
      if (!endpoint.ok) throw new Error(endpoint.failure.detail);
      if (!token.ok) throw new Error(token.failure.detail);
      const outcome = await http.send({
        method,
        url: `${apiRoot(endpoint.value)}${path}`,
        headers: {
          'x-auth-token': token.value,
          'content-type': 'application/json',
          'openstack-api-version': `compute ${microversion}`,
        },
        body: body === null ? null : JSON.stringify(body),
        fresh: true,
        ...budget,
      });
      if (outcome.kind !== 'answer') throw new Error(`${method} ${path}: ${outcome.kind}: ${outcome.detail}`);
      return {
        status: outcome.status,
        text: outcome.body,
        json: parse(outcome.body),
        requestId: outcome.requestId,
      };
    },
    async close() {
      session.close();
      await http.close();
    },
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
