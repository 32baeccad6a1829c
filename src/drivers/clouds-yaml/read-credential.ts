/** The credential of an entry: a password or an application credential, as `auth_type` says. */
import type { Credential, NameOrId } from './cloud-access.ts';
import type { EntryReader } from './entry-reader.ts';

const PASSWORD_TYPES = new Set(['password', 'v3password']);
const APPLICATION_CREDENTIAL_TYPES = new Set(['v3applicationcredential', 'application_credential']);

export function readCredential(reader: EntryReader): Credential | null {
  const type = reader.text('auth_type') ?? 'password';
  if (PASSWORD_TYPES.has(type)) return readPassword(reader);
  if (APPLICATION_CREDENTIAL_TYPES.has(type)) return readApplicationCredential(reader);
  const remedy = 'use password or v3applicationcredential';
  reader.wrong('auth_type', 'Vigil does not know this way to authenticate', remedy);
  return null;
}

function readPassword(reader: EntryReader): Credential | null {
  const password = reader.required('auth.password', 'set it, or put it into secure.yaml beside the file');
  const user = nameOrId(reader, 'auth.username', 'auth.user_id');
  if (user === null) reader.wrong('auth.username', 'it is missing', 'set username or user_id');
  const project = nameOrId(reader, 'auth.project_name', 'auth.project_id');
  if (project === null) {
    reader.wrong(
      'auth.project_name',
      'it is missing',
      'set project_name or project_id: nova needs a project',
    );
  }
  const userDomain = domain(reader, 'user');
  if (user?.name !== undefined && userDomain === null) domainMissing(reader, 'user');
  const projectDomain = domain(reader, 'project');
  if (project?.name !== undefined && projectDomain === null) domainMissing(reader, 'project');
  if (password === null || user === null || project === null) return null;
  return { kind: 'password', password, user, userDomain, project, projectDomain };
}

function readApplicationCredential(reader: EntryReader): Credential | null {
  const remedy = 'set it, or put it into secure.yaml beside the file';
  const secret = reader.required('auth.application_credential_secret', remedy);
  const id = reader.text('auth.application_credential_id');
  const name = reader.text('auth.application_credential_name');
  const user = nameOrId(reader, 'auth.username', 'auth.user_id');
  const userDomain = domain(reader, 'user');
  if (id === null && name === null) {
    reader.wrong('auth.application_credential_id', 'it is missing', 'set the id, or the name with its user');
  } else if (id === null && user === null) {
    reader.wrong('auth.username', 'it is missing', 'set the user whose application credential is named');
  } else if (id === null && user?.name !== undefined && userDomain === null) {
    domainMissing(reader, 'user');
  }
  if (secret === null) return null;
  return { kind: 'application-credential', id, name, user, userDomain, secret };
}

function nameOrId(reader: EntryReader, nameKey: string, idKey: string): NameOrId | null {
  const id = reader.text(idKey);
  if (id !== null) return { id };
  const name = reader.text(nameKey);
  return name === null ? null : { name };
}

/** `user_domain_name`, `user_domain_id`, or for both kinds `domain_name`, `domain_id`, `default_domain`. */
function domain(reader: EntryReader, of: 'user' | 'project'): NameOrId | null {
  const own = nameOrId(reader, `auth.${of}_domain_name`, `auth.${of}_domain_id`);
  if (own !== null) return own;
  const shared = nameOrId(reader, 'auth.domain_name', 'auth.domain_id');
  if (shared !== null) return shared;
  const fallback = reader.text('auth.default_domain');
  return fallback === null ? null : { id: fallback };
}

function domainMissing(reader: EntryReader, of: 'user' | 'project'): void {
  const remedy = `set ${of}_domain_name (usually Default) or ${of}_domain_id`;
  reader.wrong(
    `auth.${of}_domain_name`,
    `it is missing, and a ${of} is known by name only in a domain`,
    remedy,
  );
}
