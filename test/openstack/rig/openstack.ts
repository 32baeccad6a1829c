/** A token and calls with it, as an administrator. The rig's own eyes: nothing of Vigil's client is used here. */
import type { z } from 'zod';
import { authUrl, endpoint } from './config-files.ts';
import { password, ports } from './settings.ts';
import { type Answer, type Method, type RequestOptions, request } from './http.ts';

export class OpenStackError extends Error {
  readonly status: number;

  constructor(status: number, what: string, body: string) {
    super(`${what}: ${status} ${body.slice(0, 500)}`);
    this.status = status;
  }
}

export const services = {
  keystone: authUrl,
  glance: `${endpoint(ports.glance)}/v2`,
  neutron: `${endpoint(ports.neutron)}/v2.0`,
  nova: `${endpoint(ports.nova)}/v2.1`,
  placement: endpoint(ports.placement),
} as const;
export type Service = keyof typeof services;

const versionHeaders = {
  // The highest that Debian 12's nova and placement speak.
  'openstack-api-version': 'compute 2.93, placement 1.39',
};

export interface Session {
  /** The raw answer, whatever its status. */
  readonly call: (
    service: Service,
    method: Method,
    path: string,
    options?: RequestOptions,
  ) => Promise<Answer>;
  /** Any status of 400 or more throws OpenStackError. */
  readonly send: (service: Service, method: Method, path: string, body?: unknown) => Promise<Answer>;
  /** The same, and the answer must be as the schema says. */
  readonly json: <T>(
    schema: z.ZodType<T>,
    service: Service,
    method: Method,
    path: string,
    body?: unknown,
  ) => Promise<T>;
}

const domain = { id: 'default' };

const issueToken = async (user: string, project: string): Promise<string> => {
  const identity = { methods: ['password'], password: { user: { name: user, domain, password } } };
  const body = { auth: { identity, scope: { project: { name: project, domain } } } };
  const answer = await request('POST', `${authUrl}/auth/tokens`, { body });
  const token = answer.headers['x-subject-token'];
  if (answer.status !== 201 || typeof token !== 'string')
    throw new OpenStackError(answer.status, 'token', answer.text);
  return token;
};

/** Tokens last an hour; a session renews its own well before, and after a 401. */
const tokenLifeMs = 30 * 60_000;

export const openSession = (user = 'admin', project = 'admin'): Session => {
  let token: { readonly text: string; readonly issuedMs: number } | undefined;
  const currentToken = async (): Promise<string> => {
    if (token === undefined || Date.now() - token.issuedMs > tokenLifeMs) {
      token = { text: await issueToken(user, project), issuedMs: Date.now() };
    }
    return token.text;
  };
  const call: Session['call'] = async (service, method, path, options = {}) => {
    const headers = { 'x-auth-token': await currentToken(), ...versionHeaders, ...options.headers };
    const answer = await request(method, services[service] + path, { ...options, headers });
    if (answer.status === 401) token = undefined;
    return answer;
  };
  const send: Session['send'] = async (service, method, path, body) => {
    const answer = await call(service, method, path, body === undefined ? {} : { body });
    if (answer.status >= 400) throw new OpenStackError(answer.status, `${method} ${path}`, answer.text);
    return answer;
  };
  const json: Session['json'] = async (schema, ...what) =>
    schema.parse(JSON.parse((await send(...what)).text));
  return { call, send, json };
};
