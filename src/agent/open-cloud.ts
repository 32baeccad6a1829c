import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { errno } from '../config/errno.ts';
import type { Config } from '../config/schema.ts';
import { describeAccessProblem, type CloudAccess } from '../drivers/clouds-yaml/cloud-access.ts';
import { loadCloud } from '../drivers/clouds-yaml/load-cloud.ts';
import type { TlsTrust } from '../drivers/http/http-client.ts';

export type CloudFound =
  | { readonly ok: true; readonly access: CloudAccess | null; readonly tls: TlsTrust }
  | { readonly ok: false; readonly words: readonly string[] };

/** Only eligible hosts read a credential; the others get a token with each order. */
export function findCloud(config: Config): CloudFound {
  const { cacert, clouds_file, cloud, region, interface: endpoints } = config.openstack;
  if (!config.host.eligible) return trustOnly(cacert);
  const loaded = loadCloud({
    path: clouds_file,
    cloud,
    fromEnvironment: null,
    workingFolder: process.cwd(),
    homeFolder: homedir(),
  });
  if (!loaded.ok) return { ok: false, words: loaded.problems.map(describeAccessProblem) };
  const access = {
    ...loaded.access,
    region: region ?? loaded.access.region,
    interface: endpoints ?? loaded.access.interface,
  };
  return { ok: true, access, tls: access.tls };
}

function trustOnly(cacert: string | null): CloudFound {
  try {
    const ca = cacert === null ? null : readFileSync(cacert, 'utf8');
    return { ok: true, access: null, tls: { ca, verify: true } };
  } catch (error) {
    return { ok: false, words: [`${cacert} (openstack.cacert) cannot be read: ${errno(error)}`] };
  }
}
