/** Where clouds.yaml is looked for: the same places, in the same order, as by the `openstack` command. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface CloudsFilePlaces {
  /** Given explicitly: looked for nowhere else. */
  readonly path: string | null;
  /** `OS_CLIENT_CONFIG_FILE` */
  readonly fromEnvironment: string | null;
  readonly workingFolder: string;
  readonly homeFolder: string;
}

export type CloudsFileSearch =
  | { readonly ok: true; readonly file: string; readonly secureFile: string | null }
  | { readonly ok: false; readonly lookedAt: readonly string[] };

export function findCloudsFile(places: CloudsFilePlaces): CloudsFileSearch {
  const given = places.path ?? places.fromEnvironment;
  const lookedAt =
    given === null
      ? [
          join(places.workingFolder, 'clouds.yaml'),
          join(places.homeFolder, '.config', 'openstack', 'clouds.yaml'),
          '/etc/openstack/clouds.yaml',
        ]
      : [given];
  const file = lookedAt.find((candidate) => existsSync(candidate));
  if (file === undefined) return { ok: false, lookedAt };
  const secure = join(dirname(file), 'secure.yaml');
  return { ok: true, file, secureFile: existsSync(secure) ? secure : null };
}
