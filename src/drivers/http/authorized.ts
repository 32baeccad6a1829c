/** A request with a token, repeated once with a new token after a 401: a refused request was not carried out. */
import type { HttpAnswer, HttpClient, HttpOutcome, HttpRequest } from './http-client.ts';
import { type Budget, type CloudService, expectStatus, failed, neverSent, type Outcome } from './outcome.ts';

export interface Authority {
  token(budget: Budget): Promise<Outcome<string>>;
  /** A service refused this token. True if another one can be had. */
  refused(token: string): boolean;
}

export interface AuthorizedRequest {
  readonly service: CloudService;
  readonly method: HttpRequest['method'];
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly expected: readonly number[];
}

export async function sendAuthorized(
  http: HttpClient,
  authority: Authority,
  request: AuthorizedRequest,
  budget: Budget,
): Promise<Outcome<HttpAnswer>> {
  const hasEffect = request.method !== 'GET';
  for (let repeated = false; ; repeated = true) {
    const token = await authority.token(budget);
    if (!token.ok) return hasEffect ? failed(neverSent(token.failure)) : token;
    const outcome = await http.send({
      method: request.method,
      url: request.url,
      headers: {
        accept: 'application/json',
        'x-auth-token': token.value,
        ...(request.body === null ? {} : { 'content-type': 'application/json' }),
        ...request.headers,
      },
      body: request.body === null ? null : JSON.stringify(request.body),
      fresh: hasEffect,
      ...budget,
      leaveByMs: hasEffect ? budget.leaveByMs : budget.deadlineAtMs,
    });
    const refused = outcome.kind === 'answer' && outcome.status === 401;
    if (refused && authority.refused(token.value) && !repeated) continue;
    return expectStatus(request.service, without(token.value, outcome, request.expected), request.expected);
  }
}

/** A service, or what stands before it, may quote what it refuses; its words are passed on, the token never. */
function without(token: string, outcome: HttpOutcome, expected: readonly number[]): HttpOutcome {
  if (outcome.kind !== 'answer' || expected.includes(outcome.status) || token === '') return outcome;
  const headers = Object.entries(outcome.headers).map(([name, value]) => [
    name,
    value.replaceAll(token, '…'),
  ]);
  return { ...outcome, headers: Object.fromEntries(headers), body: outcome.body.replaceAll(token, '…') };
}
