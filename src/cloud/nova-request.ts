/** What all of nova's routes share: the token, the microversion, request ids and the shape of a fault. */
import { randomUUID } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { may, userOfToken } from './policy.ts';
import type { CloudState, UserRecord } from './model/state.ts';

export interface NovaVariables {
  user: UserRecord;
  /** The minor part of 2.x. */
  minor: number;
  requestId: string;
}

export type NovaContext = Context<{ Variables: NovaVariables }>;
export type NovaMiddleware = MiddlewareHandler<{ Variables: NovaVariables }>;

/** nova's names for its faults (`api/openstack/wsgi.py`). */
const FAULT_NAMES: Readonly<Record<number, string>> = {
  400: 'badRequest',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'itemNotFound',
  409: 'conflictingRequest',
  429: 'overLimit',
  500: 'computeFault',
};

export function fault(context: NovaContext, status: ContentfulStatusCode, message: string): Response {
  const name = FAULT_NAMES[status] ?? 'computeFault';
  return context.json({ [name]: { code: status, message } }, status);
}

export function forbidden(context: NovaContext, rule: string): Response {
  return fault(context, 403, `Policy doesn't allow ${rule} to be performed.`);
}

/** Refuses unless the caller's policy allows the rule; null is a yes. */
export function refuse(context: NovaContext, rule: string): Response | null {
  return may(context.get('user'), rule) ? null : forbidden(context, rule);
}

export function novaRequest(state: CloudState): NovaMiddleware {
  return async (context, next) => {
    const requestId = `req-${randomUUID()}`;
    context.set('requestId', requestId);
    const user = userOfToken(state, context.req.header('x-auth-token'));
    const minor = minorOf(context, state.options.maxMicroversion);
    if (user === null) {
      context.res = context.json(
        { error: { code: 401, message: 'The request requires authentication.' } },
        401,
      );
    } else if (minor === 'malformed') {
      context.res = fault(context, 400, 'API Version String is of invalid format.');
    } else if (minor === 'out of range') {
      const range = `Minimum is 2.1 and maximum is ${state.options.maxMicroversion}.`;
      const message = `Version is not supported by the API. ${range}`;
      context.res = context.json({ computeFault: { code: 406, message } }, 406);
    } else {
      context.set('user', user);
      context.set('minor', minor);
      await next();
      context.header('openstack-api-version', `compute 2.${minor}`);
    }
    context.header('x-openstack-request-id', requestId);
    context.header('x-compute-request-id', requestId);
    return undefined;
  };
}

function minorOf(context: NovaContext, maxMicroversion: string): number | 'malformed' | 'out of range' {
  const max = Number(maxMicroversion.split('.')[1]);
  const header = context.req.header('openstack-api-version')?.replace(/^compute +/, '');
  const text = header ?? context.req.header('x-openstack-nova-api-version') ?? '2.1';
  if (text === 'latest') return max;
  const match = /^2\.(\d+)$/.exec(text);
  if (match === null) return 'malformed';
  const minor = Number(match[1]);
  return minor >= 1 && minor <= max ? minor : 'out of range';
}

export async function bodyOf(context: NovaContext): Promise<Record<string, unknown> | null> {
  try {
    const body: unknown = await context.req.json();
    return isRecord(body) ? body : null;
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
