/** The body of `POST /v3/auth/tokens` for a credential (keystone api-ref, v3 authentication). */
import type {
  ApplicationCredential,
  Credential,
  NameOrId,
  PasswordCredential,
} from '../clouds-yaml/cloud-access.ts';

export function authRequest(credential: Credential): unknown {
  return credential.kind === 'password' ? passwordRequest(credential) : applicationRequest(credential);
}

function passwordRequest(credential: PasswordCredential): unknown {
  const user = { ...within(credential.user, credential.userDomain), password: credential.password };
  const project = within(credential.project, credential.projectDomain);
  return { auth: { identity: { methods: ['password'], password: { user } }, scope: { project } } };
}

/** An application credential is bound to its project; keystone refuses a scope beside it. */
function applicationRequest(credential: ApplicationCredential): unknown {
  const { id, name, user, userDomain, secret } = credential;
  const which = id === null ? { name, user: user === null ? {} : within(user, userDomain) } : { id };
  return {
    auth: {
      identity: { methods: ['application_credential'], application_credential: { ...which, secret } },
    },
  };
}

function within(named: NameOrId, domain: NameOrId | null): Record<string, unknown> {
  if (named.id !== undefined) return { id: named.id };
  return { name: named.name, ...(domain === null ? {} : { domain }) };
}
