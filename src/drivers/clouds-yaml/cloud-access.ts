/** How to reach one cloud and as whom: what clouds.yaml says, checked and complete. */
import type { TlsTrust } from '../http/http-client.ts';

export interface NameOrId {
  readonly name?: string;
  readonly id?: string;
}

export interface PasswordCredential {
  readonly kind: 'password';
  readonly user: NameOrId;
  readonly userDomain: NameOrId | null;
  readonly password: string;
  readonly project: NameOrId;
  readonly projectDomain: NameOrId | null;
}

export interface ApplicationCredential {
  readonly kind: 'application-credential';
  readonly id: string | null;
  /** With a name the owner must be told too. */
  readonly name: string | null;
  readonly user: NameOrId | null;
  readonly userDomain: NameOrId | null;
  readonly secret: string;
}

export type Credential = PasswordCredential | ApplicationCredential;

export interface CloudAccess {
  readonly cloud: string;
  /** Ends in /v3. */
  readonly authUrl: string;
  readonly credential: Credential;
  readonly region: string | null;
  readonly interface: 'public' | 'internal' | 'admin';
  readonly tls: TlsTrust;
  /** `compute_endpoint_override`, `placement_endpoint_override`: instead of the catalogue's. */
  readonly endpointOverride: { readonly compute: string | null; readonly placement: string | null };
}

/** One thing wrong in a configuration file. Never holds a value of the file: it might be a secret. */
export interface AccessProblem {
  readonly file: string;
  readonly line: number | null;
  readonly key: string;
  readonly problem: string;
  readonly remedy: string;
}

export function describeAccessProblem(problem: AccessProblem): string {
  const place = problem.line === null ? problem.file : `${problem.file}:${problem.line}`;
  return `${place}: ${problem.key}: ${problem.problem}; ${problem.remedy}`;
}
