import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, beforeEach, test } from 'node:test';
import { describeAccessProblem } from './cloud-access.ts';
import { type CloudLoading, loadCloud } from './load-cloud.ts';

const SECRET = 'tell-nobody';
const folders: string[] = [];
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigil-clouds-'));
  folders.push(folder);
});
after(() => {
  for (const path of folders) rmSync(path, { recursive: true });
});

function write(text: string, name = 'clouds.yaml'): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function load(cloud: string | null = null, path: string | null = join(folder, 'clouds.yaml')): CloudLoading {
  return loadCloud({ cloud, path, fromEnvironment: null, workingFolder: folder, homeFolder: folder });
}

function problems(loading: CloudLoading): readonly string[] {
  assert.ok(!loading.ok);
  const lines = loading.problems.map((problem) => describeAccessProblem(problem).replace(`${folder}/`, ''));
  assert.ok(!lines.join().includes(SECRET), 'a secret is told');
  return lines;
}

const PASSWORD_CLOUD = `clouds:
  prod:
    region_name: North
    interface: internal
    auth:
      auth_url: https://keystone.example.org:5000/
      username: vigil
      password: ${SECRET}
      project_name: service
      user_domain_name: Default
      project_domain_id: default
`;

void test('a password cloud is read whole', () => {
  write(PASSWORD_CLOUD);
  const loaded = load();
  assert.ok(loaded.ok);
  assert.deepEqual(loaded.access, {
    cloud: 'prod',
    authUrl: 'https://keystone.example.org:5000/v3',
    region: 'North',
    interface: 'internal',
    tls: { ca: null, verify: true },
    endpointOverride: { compute: null, placement: null },
    credential: {
      kind: 'password',
      user: { name: 'vigil' },
      userDomain: { name: 'Default' },
      password: SECRET,
      project: { name: 'service' },
      projectDomain: { id: 'default' },
    },
  });
});

void test('an application credential needs no project, and its secret may be in secure.yaml', () => {
  write(`clouds:
  prod:
    auth_type: v3applicationcredential
    verify: false
    auth: {auth_url: http://k/v3, application_credential_id: abc}
`);
  write(`clouds: {prod: {auth: {application_credential_secret: ${SECRET}}}}\n`, 'secure.yaml');
  const loaded = load('prod');
  assert.ok(loaded.ok);
  assert.equal(loaded.access.tls.verify, false);
  assert.deepEqual(loaded.access.credential, {
    kind: 'application-credential',
    id: 'abc',
    name: null,
    user: null,
    userDomain: null,
    secret: SECRET,
  });
});

void test('a password of digits counts as it is written', () => {
  write(PASSWORD_CLOUD.replace(SECRET, '0012'));
  const loaded = load();
  assert.ok(loaded.ok && loaded.access.credential.kind === 'password');
  assert.equal(loaded.access.credential.password, '0012');
});

void test('everything that is wrong is told at once, with file, line, key and remedy', () => {
  write(`clouds:
  prod:
    interface: outside
    verify: perhaps
    cacert: nowhere.pem
    auth:
      auth_url: keystone
      username: vigil
      password: [${SECRET}]
`);
  assert.deepEqual(problems(load()), [
    'clouds.yaml:7: clouds.prod.auth.auth_url: it is not an http or https address; set it to the address of keystone, for example https://keystone.example.org:5000/v3',
    'clouds.yaml:9: clouds.prod.auth.password: it is not a text; write a text, in quotes if need be',
    'clouds.yaml:6: clouds.prod.auth.project_name: it is missing; set project_name or project_id: nova needs a project',
    'clouds.yaml:6: clouds.prod.auth.user_domain_name: it is missing, and a user is known by name only in a domain; set user_domain_name (usually Default) or user_domain_id',
    'clouds.yaml:3: clouds.prod.interface: it is not an interface; use public, internal or admin',
    'clouds.yaml:4: clouds.prod.verify: it is not a yes or no; write true or false',
    'clouds.yaml:5: clouds.prod.cacert: the file it names cannot be read; name a readable PEM file',
  ]);
});

void test('an unknown way to authenticate is refused by name', () => {
  write(PASSWORD_CLOUD.replace('    region_name', '    auth_type: v3oidcpassword\n    region_name'));
  assert.deepEqual(problems(load()), [
    'clouds.yaml:3: clouds.prod.auth_type: Vigil does not know this way to authenticate; use password or v3applicationcredential',
  ]);
});

void test('a file that is not there, not readable as YAML, or without the cloud is told apart', () => {
  assert.match(problems(load())[0] ?? '', /^clouds\.yaml: clouds\.yaml: there is no such file/);
  write(`clouds:\n  prod:\n    auth: {password: "${SECRET}\n`);
  assert.match(
    problems(load())[0] ?? '',
    /^clouds\.yaml:3: the file: it is not YAML: it has a text in quotes here that is never closed/,
  );
  write(`${PASSWORD_CLOUD}  test: {}\n`);
  assert.match(
    problems(load())[0] ?? '',
    /^clouds\.yaml:1: openstack\.cloud: it is not set, and this file has prod, test; set it to one of these/,
  );
  assert.match(
    problems(load('stage'))[0] ?? '',
    /^clouds\.yaml:1: openstack\.cloud: it is stage, and this file has prod, test; set it to one of these/,
  );
});

void test('without a path it is looked for in the usual places', () => {
  write(PASSWORD_CLOUD);
  assert.equal(load(null, null).ok, true);
});
