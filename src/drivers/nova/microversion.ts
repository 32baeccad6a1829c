/**
 * Which API version to speak: the newest that both sides know, between {@link VERSION_MIN} and {@link VERSION_MAX}.
 *
 * 2.53 addresses services by uuid; from 2.95 on an evacuated server always ends stopped, which is not wanted
 * (nova `rest_api_version_history.rst`). Nova tells its range in the version document (`GET /v2.1/`).
 */
import { z } from 'zod';

export interface Microversion {
  readonly major: number;
  readonly minor: number;
}

export const VERSION_MIN: Microversion = { major: 2, minor: 53 };
export const VERSION_MAX: Microversion = { major: 2, minor: 94 };

export const versionDocumentSchema = z.union([
  z.object({ version: z.object({ id: z.string(), version: z.string(), min_version: z.string() }) }),
  z.object({
    versions: z.array(z.object({ id: z.string(), version: z.string(), min_version: z.string() })),
  }),
]);

export type VersionDocument = z.infer<typeof versionDocumentSchema>;

export type Negotiation =
  | { readonly ok: true; readonly version: Microversion }
  | { readonly ok: false; readonly detail: string };

export function parseMicroversion(text: string): Microversion | null {
  const match = /^(\d{1,3})\.(\d{1,4})$/.exec(text);
  return match === null ? null : { major: Number(match[1]), minor: Number(match[2]) };
}

export function formatMicroversion(version: Microversion): string {
  return `${version.major}.${version.minor}`;
}

export function compareMicroversions(left: Microversion, right: Microversion): number {
  return left.major - right.major || left.minor - right.minor;
}

export function negotiate(document: VersionDocument): Negotiation {
  const offered =
    'version' in document
      ? document.version
      : document.versions.find((version) => version.version !== '' && version.id.startsWith('v2'));
  const least = parseMicroversion(offered?.min_version ?? '');
  const most = parseMicroversion(offered?.version ?? '');
  if (least === null || most === null) {
    return { ok: false, detail: 'nova offers no API with microversions; Vigil needs 2.53 (Pike) or later' };
  }
  const range = `${formatMicroversion(least)} to ${formatMicroversion(most)}`;
  if (compareMicroversions(most, VERSION_MIN) < 0) {
    return { ok: false, detail: `nova speaks ${range}; Vigil needs 2.53 (Pike) or later` };
  }
  if (compareMicroversions(least, VERSION_MAX) > 0) {
    return { ok: false, detail: `nova speaks ${range}; Vigil knows versions up to 2.94` };
  }
  return { ok: true, version: compareMicroversions(most, VERSION_MAX) < 0 ? most : VERSION_MAX };
}

/** The API's root: an endpoint may lack the version, or end in a project's id. */
export function apiRoot(endpoint: string): string {
  const versioned = /^(.*?\/v2(?:\.1)?)(?:\/.*)?$/.exec(endpoint.replace(/\/+$/, ''));
  const root = versioned?.[1] ?? `${endpoint.replace(/\/+$/, '')}/v2.1`;
  // Under /v2 nova hides microversions; the same server answers under /v2.1.
  return root.endsWith('/v2') ? `${root}.1` : root;
}
