/** A value or a {@link CloudFailure}, and the mapping from what HTTP did to what the core is told. */
import type { z } from 'zod';
import { type CloudFailure, type CloudFailureCode, mayStillHappen } from '../../core/recovery/cloud.ts';
import type { HttpAnswer, HttpFailure, HttpOutcome } from './http-client.ts';

export type Outcome<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: CloudFailure };

/** How long a call may take as a whole, whatever number of requests it needs. */
export interface Budget {
  /** On the monotonic clock of this process (`performance.now()`). */
  readonly deadlineAtMs: number;
  /** By then a request with an effect has left, or it does not leave at all; on the same clock. */
  readonly leaveByMs: number;
  readonly signal: AbortSignal;
}

export type CloudService = CloudFailure['service'];

/** A failure is told in orders, reports and the journal; what it names is as long as the service says. */
const DETAIL_CHARACTERS_MAX = 1_000;
/** Longest piece of a service's own words that is passed on. */
const MESSAGE_CHARACTERS_MAX = 300;

export function succeed<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function failed<T>(failure: CloudFailure): Outcome<T> {
  return { ok: false, failure: { ...failure, detail: failure.detail.slice(0, DETAIL_CHARACTERS_MAX) } };
}

/** The failure of a request that got no usable answer at all. */
export function failureOfTransport(service: CloudService, outcome: HttpFailure): CloudFailure {
  const code = outcome.kind === 'oversized' ? 'unintelligible' : outcome.kind;
  return { code, service, status: outcome.status, requestId: outcome.requestId, detail: outcome.detail };
}

/** The failure that an answer's status stands for; for a status that was not expected. */
export function failureOfStatus(service: CloudService, answer: HttpAnswer): CloudFailure {
  return {
    code: codeOfStatus(answer.status),
    service,
    status: answer.status,
    requestId: answer.requestId,
    detail: serviceMessage(answer),
  };
}

/** The answer if its status is one of `expected`, else why not. */
export function expectStatus(
  service: CloudService,
  outcome: HttpOutcome,
  expected: readonly number[],
): Outcome<HttpAnswer> {
  if (outcome.kind !== 'answer') return failed(failureOfTransport(service, outcome));
  if (!expected.includes(outcome.status)) return failed(failureOfStatus(service, outcome));
  return succeed(outcome);
}

/** Reads an answer's JSON against a schema; a mismatch names the place in the answer. */
export function readJson<T>(service: CloudService, answer: HttpAnswer, schema: z.ZodType<T>): Outcome<T> {
  const json = parseJson(answer.body);
  if (json === undefined) return failed(unintelligible(service, answer, 'the answer is not JSON'));
  const parsed = schema.safeParse(json);
  if (parsed.success) return succeed(parsed.data);
  const mismatch = firstMismatch(parsed.error.issues, []);
  return failed(unintelligible(service, answer, `${mismatch.place || 'the answer'}: ${mismatch.message}`));
}

/** The first thing that did not fit. Of alternatives the last is the usual one, so its reason is told. */
function firstMismatch(
  issues: readonly z.core.$ZodIssue[],
  above: readonly PropertyKey[],
): { readonly place: string; readonly message: string } {
  const issue = issues[0];
  if (issue === undefined) return { place: placeOf(above), message: 'not understood' };
  const path = [...above, ...issue.path];
  const alternative = issue.code === 'invalid_union' ? issue.errors.at(-1) : undefined;
  if (alternative !== undefined) return firstMismatch(alternative, path);
  return { place: placeOf(path), message: issue.message };
}

export function unintelligible(service: CloudService, answer: HttpAnswer, detail: string): CloudFailure {
  return { code: 'unintelligible', service, status: answer.status, requestId: answer.requestId, detail };
}

/**
 * The failure of something that had to come first (a token, an endpoint), told of the request that was therefore
 * never sent: whatever happened to the first, the second surely was not carried out.
 */
export function neverSent(failure: CloudFailure): CloudFailure {
  if (!mayStillHappen(failure)) return failure;
  return {
    ...failure,
    code: 'unreachable',
    detail: `not sent, ${failure.code} before it: ${failure.detail}`,
  };
}

function codeOfStatus(status: number): CloudFailureCode {
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  if (status === 409) return 'conflict';
  // 413 is how older OpenStack services answered "too many".
  if (status === 413 || status === 429) return 'rate-limited';
  if (status >= 400 && status < 500) return 'bad-request';
  if (status >= 500) return 'server-error';
  return 'unintelligible';
}

/** What the service said: nova {"badRequest": {message}}, keystone {"error": {message}}, placement {"errors": [{detail}]}. */
function serviceMessage(answer: HttpAnswer): string {
  const json = parseJson(answer.body);
  const said = messageIn(json);
  if (said !== null) return said.slice(0, MESSAGE_CHARACTERS_MAX);
  const location = answer.headers['location'];
  return location === undefined
    ? `status ${answer.status}`
    : `status ${answer.status}, redirected to ${location}`;
}

function messageIn(json: unknown): string | null {
  if (!isRecord(json)) return null;
  const errors = json['errors'];
  const first: unknown = Array.isArray(errors) ? errors[0] : Object.values(json)[0];
  if (!isRecord(first)) return null;
  const text = first['message'] ?? first['detail'];
  return typeof text === 'string' ? text : null;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function placeOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}
