/** keystone's part: tokens for passwords and application credentials, and the catalogue inside them. */
import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { z } from 'zod';
import type { CloudState, UserRecord } from './model/state.ts';

const nameOrId = { id: z.string().optional(), name: z.string().optional() };

const authSchema = z.object({
  auth: z.object({
    identity: z.union([
      z.object({
        methods: z.tuple([z.literal('password')]),
        password: z.object({ user: z.object({ ...nameOrId, password: z.string() }) }),
      }),
      z.object({
        methods: z.tuple([z.literal('application_credential')]),
        application_credential: z.object({ id: z.string(), secret: z.string() }),
      }),
    ]),
    scope: z.object({ project: z.object(nameOrId) }).optional(),
  }),
});

type AuthRequest = z.infer<typeof authSchema>['auth'];

export function keystoneApp(state: CloudState, baseUrl: () => string): Hono {
  const app = new Hono();
  app.get('/v3', (context) => context.json({ version: { id: 'v3.14', status: 'stable' } }));
  app.post('/v3/auth/tokens', async (context) => {
    const parsed = authSchema.safeParse(await context.req.json().catch(() => null));
    if (!parsed.success) {
      return context.json(
        { error: { code: 400, message: 'malformed authentication', title: 'Bad Request' } },
        400,
      );
    }
    const user = authenticate(state, parsed.data.auth);
    if (user === null) {
      const message = 'The request you have made requires authentication.';
      return context.json({ error: { code: 401, message, title: 'Unauthorized' } }, 401);
    }
    const nowMs = state.options.clock.nowMs();
    const token = randomUUID();
    const expiresAtMs = nowMs + state.options.tokenLifetimeMs;
    state.tokens.set(token, { token, userId: user.id, issuedAtMs: nowMs, expiresAtMs });
    context.header('x-subject-token', token);
    return context.json({ token: tokenBody(state, user, nowMs, expiresAtMs, baseUrl()) }, 201);
  });
  return app;
}

function authenticate(state: CloudState, auth: AuthRequest): UserRecord | null {
  const users = [...state.users.values()];
  const { identity } = auth;
  if ('application_credential' in identity) {
    const { id, secret } = identity.application_credential;
    const fits = (user: UserRecord): boolean =>
      user.applicationCredentials.some((credential) => credential.id === id && credential.secret === secret);
    return users.find(fits) ?? null;
  }
  const { id, name, password } = identity.password.user;
  const user = users.find((candidate) => candidate.id === id || candidate.name === name);
  if (user === undefined || user.password !== password) return null;
  const project = state.projects.get(user.projectId);
  const scope = auth.scope?.project;
  const inScope = scope !== undefined && (scope.id === project?.id || scope.name === project?.name);
  return inScope ? user : null;
}

function tokenBody(
  state: CloudState,
  user: UserRecord,
  issuedAtMs: number,
  expiresAtMs: number,
  baseUrl: string,
): unknown {
  const endpoints = (url: string): unknown =>
    ['public', 'internal', 'admin'].map((name) => ({
      id: `${name}-${url}`,
      interface: name,
      region: state.options.region,
      region_id: state.options.region,
      url,
    }));
  return {
    methods: ['password'],
    user: { id: user.id, name: user.name, domain: { id: 'default', name: 'Default' } },
    project: { ...state.projects.get(user.projectId), domain: { id: 'default', name: 'Default' } },
    roles: user.admin ? [{ name: 'admin' }] : [{ name: 'member' }],
    issued_at: new Date(issuedAtMs).toISOString(),
    expires_at: new Date(expiresAtMs).toISOString(),
    catalog: [
      { type: 'identity', name: 'keystone', endpoints: endpoints(`${baseUrl}/identity/v3`) },
      { type: 'compute', name: 'nova', endpoints: endpoints(`${baseUrl}/compute/v2.1`) },
      { type: 'placement', name: 'placement', endpoints: endpoints(`${baseUrl}/placement`) },
    ],
  };
}
