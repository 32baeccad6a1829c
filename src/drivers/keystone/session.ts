/**
 * A keystone token that is always good for a while: fetched once for all who wait, renewed before it expires and after
 * a service refused it.
 */
import { z } from 'zod';
import type { CloudFailure } from '../../core/recovery/cloud.ts';
import type { CloudAccess } from '../clouds-yaml/cloud-access.ts';
import type { Authority } from '../http/authorized.ts';
import type { HttpClient } from '../http/http-client.ts';
import { type Budget, expectStatus, failed, type Outcome, readJson, succeed } from '../http/outcome.ts';
import { authRequest } from './auth-request.ts';
import { type Catalogue, catalogueSchema, findEndpoint } from './catalogue.ts';

/** One authentication; it serves all who wait, so it does not end with the caller that happened to be first. */
export const AUTHENTICATION_DEADLINE_MS = 10_000;
/** A token is renewed when less than this is left, or less than a third of its life if that is shorter. */
export const RENEWAL_MARGIN_MS = 300_000;

export interface IssuedToken {
  readonly token: string;
  /** As keystone says it; shown, never compared with a clock of ours. */
  readonly expiresAt: string;
  /** On the monotonic clock of this process. */
  readonly renewAtMs: number;
  readonly catalogue: Catalogue;
}

export interface KeystoneSession extends Authority {
  issued(budget: Budget): Promise<Outcome<IssuedToken>>;
  endpoint(type: 'compute' | 'placement', budget: Budget): Promise<Outcome<string>>;
  close(): void;
}

const tokenSchema = z.object({
  token: z.object({
    issued_at: z.iso.datetime({ offset: true }),
    expires_at: z.iso.datetime({ offset: true }),
    catalog: catalogueSchema,
  }),
});

export function createKeystoneSession(access: CloudAccess, http: HttpClient): KeystoneSession {
  const closing = new AbortController();
  let current: IssuedToken | null = null;
  let flight: Promise<Outcome<IssuedToken>> | null = null;

  const authenticateOnce = (): Promise<Outcome<IssuedToken>> => {
    flight ??= authenticate(access, http, closing.signal).then((outcome) => {
      flight = null;
      if (outcome.ok) current = outcome.value;
      return outcome;
    });
    return flight;
  };

  const issued = async (budget: Budget): Promise<Outcome<IssuedToken>> => {
    if (current !== null && performance.now() < current.renewAtMs) return succeed(current);
    return waitFor(authenticateOnce(), budget);
  };

  return {
    issued,
    async token(budget) {
      const outcome = await issued(budget);
      return outcome.ok ? succeed(outcome.value.token) : outcome;
    },
    refused(token) {
      // Another caller may have renewed it meanwhile; then the new one must not be thrown away.
      if (current?.token === token) current = null;
      return true;
    },
    async endpoint(type, budget) {
      const override = access.endpointOverride[type];
      if (override !== null) return succeed(override);
      const outcome = await issued(budget);
      if (!outcome.ok) return outcome;
      const choice = { type, region: access.region, interface: access.interface };
      const found = findEndpoint(outcome.value.catalogue, choice);
      return found.ok ? succeed(found.url) : failed(keystoneFailure('not-found', found.detail));
    },
    close: () => closing.abort(),
  };
}

async function authenticate(
  access: CloudAccess,
  http: HttpClient,
  signal: AbortSignal,
): Promise<Outcome<IssuedToken>> {
  // The token's life is counted from before the request, on our own clock: keystone's may be set otherwise.
  const askedAtMs = performance.now();
  const outcome = await http.send({
    method: 'POST',
    url: `${access.authUrl}/auth/tokens`,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify(authRequest(access.credential)),
    fresh: false,
    deadlineAtMs: askedAtMs + AUTHENTICATION_DEADLINE_MS,
    leaveByMs: askedAtMs + AUTHENTICATION_DEADLINE_MS,
    signal,
  });
  const answer = expectStatus('keystone', outcome, [200, 201]);
  if (!answer.ok) return failed(withoutItsWords(answer.failure));
  const token = answer.value.headers['x-subject-token'];
  if (token === undefined || token === '') {
    return failed(keystoneFailure('unintelligible', 'the answer has no X-Subject-Token header'));
  }
  const parsed = readJson('keystone', answer.value, tokenSchema);
  if (!parsed.ok) return failed(parsed.failure);
  const { issued_at: issuedAt, expires_at: expiresAt, catalog } = parsed.value.token;
  const lifeMs = Date.parse(expiresAt) - Date.parse(issuedAt);
  const marginMs = Math.min(RENEWAL_MARGIN_MS, lifeMs / 3);
  return succeed({ token, expiresAt, renewAtMs: askedAtMs + lifeMs - marginMs, catalogue: catalog });
}

/** Waits for a shared flight no longer than the waiter's own budget allows. */
function waitFor<T>(flight: Promise<Outcome<T>>, budget: Budget): Promise<Outcome<T>> {
  return new Promise((resolve, reject) => {
    const give = (detail: string): void => {
      finish();
      resolve(failed(keystoneFailure('no-answer', detail)));
    };
    const timer = setTimeout(
      () => give('no token by the deadline'),
      Math.max(0, budget.deadlineAtMs - performance.now()),
    );
    const onAbort = (): void => give('the request was given up by its caller');
    const finish = (): void => {
      clearTimeout(timer);
      budget.signal.removeEventListener('abort', onAbort);
    };
    budget.signal.addEventListener('abort', onAbort, { once: true });
    if (budget.signal.aborted) onAbort();
    flight.then((outcome) => {
      finish();
      resolve(outcome);
    }, reject);
  });
}

function keystoneFailure(code: CloudFailure['code'], detail: string): CloudFailure {
  return { code, service: 'keystone', status: null, requestId: null, detail };
}

/** keystone quotes what it was sent when it finds it malformed, escaped and cut as it likes: the secret, too. */
function withoutItsWords(failure: CloudFailure): CloudFailure {
  const { status } = failure;
  // Not an answer of keystone's.
  if (status === null) return failure;
  const detail =
    status === 401
      ? 'status 401: the credential is not accepted'
      : `status ${status} to a request for a token; its words may quote the credential and are left out, see keystone's log`;
  return { ...failure, detail };
}
