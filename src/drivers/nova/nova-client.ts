/** Requests to nova at the negotiated microversion. */
import type { z } from 'zod';
import type { CloudFailure } from '../../core/recovery/cloud.ts';
import { type Authority, sendAuthorized } from '../http/authorized.ts';
import type { HttpAnswer, HttpClient } from '../http/http-client.ts';
import { type Budget, failed, neverSent, type Outcome, readJson, succeed } from '../http/outcome.ts';
import { apiRoot, formatMicroversion, negotiate, versionDocumentSchema } from './microversion.ts';

/** Where nova is and how to speak to it; small enough to hand to a slave. */
export interface NovaAddress {
  readonly url: string;
  readonly microversion: string;
}

export interface NovaRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Below the API's root, beginning with a slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface NovaClient {
  address(budget: Budget): Promise<Outcome<NovaAddress>>;
  send(request: NovaRequest, budget: Budget): Promise<Outcome<HttpAnswer>>;
  read<T>(request: NovaRequest, schema: z.ZodType<T>, budget: Budget): Promise<Outcome<T>>;
}

/** Tells where nova is; asked again after {@link NovaLocator.forget}. */
export interface NovaLocator {
  locate(budget: Budget): Promise<Outcome<NovaAddress>>;
  forget(): void;
}

const NOT_ACCEPTABLE = 406;

export function createNovaClient(http: HttpClient, authority: Authority, locator: NovaLocator): NovaClient {
  const attempt = async (request: NovaRequest, budget: Budget): Promise<Outcome<HttpAnswer>> => {
    const address = await locator.locate(budget);
    if (!address.ok) return request.method === 'GET' ? address : failed(neverSent(address.failure));
    const query = new URLSearchParams(request.query ?? {}).toString();
    return sendAuthorized(
      http,
      authority,
      {
        service: 'nova',
        method: request.method,
        url: `${address.value.url}${request.path}${query === '' ? '' : `?${query}`}`,
        headers: { 'openstack-api-version': `compute ${address.value.microversion}` },
        body: request.body ?? null,
        expected: [200, 202],
      },
      budget,
    );
  };
  const send = async (request: NovaRequest, budget: Budget): Promise<Outcome<HttpAnswer>> => {
    const first = await attempt(request, budget);
    if (first.ok || first.failure.status !== NOT_ACCEPTABLE) return first;
    // Nova was exchanged for an older one behind our back. A 406 was not carried out, so it may be repeated once.
    locator.forget();
    return attempt(request, budget);
  };
  return {
    address: (budget) => locator.locate(budget),
    send,
    async read(request, schema, budget) {
      const answer = await send(request, budget);
      return answer.ok ? readJson('nova', answer.value, schema) : answer;
    },
  };
}

/** Negotiates with nova's version document once and remembers the result. */
export function createNegotiatingLocator(
  http: HttpClient,
  authority: Authority,
  endpoint: (budget: Budget) => Promise<Outcome<string>>,
): NovaLocator {
  let known: NovaAddress | null = null;
  const locate = async (budget: Budget): Promise<Outcome<NovaAddress>> => {
    if (known !== null) return succeed(known);
    const found = await endpoint(budget);
    if (!found.ok) return found;
    const url = apiRoot(found.value);
    const request = {
      service: 'nova',
      method: 'GET',
      url: `${url}/`,
      headers: {},
      body: null,
      expected: [200],
    } as const;
    const answer = await sendAuthorized(http, authority, request, budget);
    if (!answer.ok) return answer;
    const document = readJson('nova', answer.value, versionDocumentSchema);
    if (!document.ok) return document;
    const agreed = negotiate(document.value);
    if (!agreed.ok) return failed(refusedVersion(agreed.detail));
    known = { url, microversion: formatMicroversion(agreed.version) };
    return succeed(known);
  };
  return {
    locate,
    forget: () => {
      known = null;
    },
  };
}

function refusedVersion(detail: string): CloudFailure {
  return { code: 'bad-request', service: 'nova', status: null, requestId: null, detail };
}
