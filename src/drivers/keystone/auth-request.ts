/** The body of `POST /v3/auth/tokens` for a credential (keystone api-ref, v3 authentication). */
import type { Credential, NameOrId } from '../clouds-yaml/cloud-access.ts';

export function authRequest(credential: Credential): unknown {
  switch (credential.kind) {
    case 'password': {
      const user = { ...within(credential.user, credential.userDomain), password: credential.password };
      const project = within(credential.project, credential.projectDomain);
      return { auth: { identity: { methods: ['password'], password: { user } }, scope: { project } } };
    }
    case 'application-credential': {
      // An application credential is bound to its project; keystone refuses a scope beside it.
      const which =
        credential.id === null
          ? {
              name: credential.name,
              user: credential.user === null ? {} : within(credential.user, credential.userDomain),
            }
          : { id: credential.id };
      const identity = {
        methods: ['application_credential'],
        application_credential: { ...which, secret: credential.secret },
      };
      return { auth: { identity } };
    }
  }
}

export function secretOf(credential: Credential): string {
  return credential.kind === 'password' ? credential.password : credential.secret;
}

function within(named: NameOrId, domain: NameOrId | null): Record<string, unknown> {
  if (named.id !== undefined) return { id: named.id };
  return { name: named.name, ...(domain === null ? {} : { domain }) };
}
