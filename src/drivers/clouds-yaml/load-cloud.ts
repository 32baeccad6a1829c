/** Reads one cloud's entry of clouds.yaml (and of secure.yaml beside it) into a {@link CloudAccess}. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { AccessProblem, CloudAccess } from './cloud-access.ts';
import { type CloudsFilePlaces, findCloudsFile } from './find-clouds-file.ts';
import { type EntryReader, entryReader } from './entry-reader.ts';
import { readCredential } from './read-credential.ts';
import { layered, readYaml, type YamlSource } from './yaml-source.ts';

export interface CloudChoice extends CloudsFilePlaces {
  /** The entry's name (`OS_CLOUD`); null takes the only one there is. */
  readonly cloud: string | null;
}

export type CloudLoading =
  | { readonly ok: true; readonly access: CloudAccess; readonly file: string }
  | { readonly ok: false; readonly problems: readonly AccessProblem[] };

const INTERFACES = { public: 'public', internal: 'internal', admin: 'admin' } as const;

export function loadCloud(choice: CloudChoice): CloudLoading {
  const found = findCloudsFile(choice);
  if (!found.ok) {
    return refused({
      file: found.lookedAt.join(', '),
      line: null,
      key: 'clouds.yaml',
      problem: 'there is no such file',
      remedy: 'create one, or name its path',
    });
  }
  const source = readSource(found.file, found.secureFile);
  if (!source.ok) return refused(source.problem);
  const cloud = chooseCloud(source.source, choice.cloud);
  if (!cloud.ok) return refused(cloud.problem);
  return readEntry(source.source, cloud.name);
}

function refused(problem: AccessProblem): CloudLoading {
  return { ok: false, problems: [problem] };
}

type SourceReading =
  | { readonly ok: true; readonly source: YamlSource }
  | { readonly ok: false; readonly problem: AccessProblem };

function readSource(file: string, secureFile: string | null): SourceReading {
  const lower = readYaml(file);
  if (!lower.ok) return unreadable(file, lower.line, lower.problem);
  if (secureFile === null) return { ok: true, source: lower.source };
  const upper = readYaml(secureFile);
  if (!upper.ok) return unreadable(secureFile, upper.line, upper.problem);
  return { ok: true, source: layered(upper.source, lower.source) };
}

function unreadable(file: string, line: number | null, problem: string): SourceReading {
  const remedy = 'make it a readable YAML file with a key "clouds"';
  return { ok: false, problem: { file, line, key: 'the file', problem, remedy } };
}

type CloudName =
  | { readonly ok: true; readonly name: string }
  | { readonly ok: false; readonly problem: AccessProblem };

function chooseCloud(source: YamlSource, wanted: string | null): CloudName {
  const names = source.keysOf(['clouds']);
  const name = wanted ?? (names.length === 1 ? names[0] : undefined);
  if (name !== undefined && names.includes(name)) return { ok: true, name };
  const known = names.length === 0 ? 'has no cloud' : `has ${names.join(', ')}`;
  const problem = {
    file: source.file,
    line: source.lineOf(['clouds']),
    key: 'openstack.cloud',
    problem:
      wanted === null ? `it is not set, and this file ${known}` : `it is ${wanted}, and this file ${known}`,
    remedy:
      names.length === 0
        ? 'write the cloud into this file, below "clouds", or name another file with openstack.clouds_file'
        : 'set it to one of these, or name another file with openstack.clouds_file',
  };
  return { ok: false, problem };
}

function readEntry(source: YamlSource, cloud: string): CloudLoading {
  const reader = entryReader(source, ['clouds', cloud]);
  const authUrl = readAuthUrl(reader);
  const credential = readCredential(reader);
  const access = {
    cloud,
    region: reader.text('region_name'),
    interface: readInterface(reader),
    tls: readTls(reader, source.file),
    endpointOverride: {
      compute: reader.url('compute_endpoint_override'),
      placement: reader.url('placement_endpoint_override'),
    },
  };
  if (reader.problems.length > 0 || authUrl === null || credential === null) {
    return { ok: false, problems: reader.problems };
  }
  return { ok: true, file: source.file, access: { ...access, authUrl, credential } };
}

function readAuthUrl(reader: EntryReader): string | null {
  const remedy = 'set it to the address of keystone, for example https://keystone.example.org:5000/v3';
  const text = reader.required('auth.auth_url', remedy);
  if (text === null) return null;
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    reader.wrong('auth.auth_url', 'it is not an http or https address', remedy);
    return null;
  }
  return `${text.replace(/\/+$/, '').replace(/\/v(2\.0|3)$/, '')}/v3`;
}

function readInterface(reader: EntryReader): CloudAccess['interface'] {
  const key = reader.text('interface') === null ? 'endpoint_type' : 'interface';
  const text = reader.text(key);
  if (text === null) return 'public';
  const known = Object.values(INTERFACES).find((name) => text === name || text === `${name}URL`);
  if (known === undefined) reader.wrong(key, 'it is not an interface', 'use public, internal or admin');
  return known ?? 'public';
}

function readTls(reader: EntryReader, file: string): CloudAccess['tls'] {
  const verify = reader.boolean('verify') ?? true;
  const path = reader.text('cacert');
  if (path === null) return { ca: null, verify };
  try {
    return { ca: readFileSync(resolve(dirname(file), path), 'utf8'), verify };
  } catch {
    reader.wrong('cacert', 'the file it names cannot be read', 'name a readable PEM file');
    return { ca: null, verify };
  }
}
