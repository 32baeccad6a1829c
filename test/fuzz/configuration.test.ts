/** Whatever stands in a host's configuration or in clouds.yaml: it is taken, or each place that is wrong is named. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { formatConfigError, parseConfig } from '../../src/config/load.ts';
import { toSettings } from '../../src/config/settings.ts';
import { describeAccessProblem } from '../../src/drivers/clouds-yaml/cloud-access.ts';
import { loadCloud } from '../../src/drivers/clouds-yaml/load-cloud.ts';
import { fuzz } from './runs.ts';
import { yamlLike } from './yaml-texts.ts';

const SECRET = 'tell-nobody';
const WORDS_LENGTH_MAX = 1_000;

const CONFIG = `cluster:
  name: blue
host:
  name: h1
  address: 10.0.0.11
  failure_domain: rack-1
network:
  isolation_addresses: ["icmp:10.0.0.1", "tcp:10.0.0.2:53"]
volumes:
  - {name: a, path: /mnt/a/vigil, role: lease}
  - {name: b, path: /mnt/b/vigil, role: heartbeat}
recovery:
  accept_proofs: [reboot, operator, silence]
openstack:
  cloud: admin
timing:
  beat_ms: 1000
reports:
  syslog: udp:10.0.0.9:514
  webhooks:
    - url: https://reports.example.org/${SECRET}
`;
const DRAWN = {
  boot: '0'.repeat(32),
  agent: '0'.repeat(16),
  seed: 1,
  startedUnixMs: 0,
  hardwareUuid: null,
};
const [configValue, cloudsValue] = [CONFIG, clouds()].map((text): object => Object(parse(text)));
assert.ok(configValue !== undefined && cloudsValue !== undefined, 'not YAML');

/** The YAML library warns by itself, past the log, and quotes the text in its warning. */
const warnings: string[] = [];
process.on('warning', ({ message }) => warnings.push(message));

void test('a configuration is taken, or each place that is wrong is named', async () => {
  assert.ok(parseConfig('f', CONFIG).ok, 'a sound one is refused');
  fuzz(
    0.3,
    fc.property(yamlLike(CONFIG, configValue), ({ text, isText }) => {
      const loaded = parseConfig('f', text);
      if (loaded.ok) {
        const { config } = loaded;
        assert.deepEqual(parseConfig('f', JSON.stringify(config)), loaded);
        assert.equal(toSettings(config, DRAWN).host, config.host.name);
        return;
      }
      assert.ok(loaded.errors.length > 0, 'no place');
      const lines = text.split(/\r\n|\r|\n/).length;
      for (const error of loaded.errors) {
        assert.ok(error.line >= 1 && error.line <= lines + 1 && error.column >= 1, JSON.stringify(error));
        const words = formatConfigError(error);
        assert.ok(words.length <= WORDS_LENGTH_MAX, `${words.length} characters`);
        // Of text that was torn apart nobody knows what it was.
        if (!isText) assert.ok(!words.includes(SECRET), words);
      }
    }),
  );
  await turn();
  assert.deepEqual(warnings, []);
});

void test('an address that may hold a secret is shown nowhere, wherever in its section it stands', () => {
  const url = `https://reports.example.org/${SECRET}`;
  for (const reports of [
    url,
    [url],
    { webhooks: url },
    { webhooks: [url] },
    { webhooks: { url } },
    { webhooks: [[url]] },
    { webhooks: [{ url: [url] }] },
    { webhooks: [{ url: { url } }] },
    { webhooks: Array.from({ length: 9 }, () => ({ url })) },
  ]) {
    const loaded = parseConfig('f', JSON.stringify({ ...configValue, reports }));
    assert.ok(!loaded.ok, 'taken');
    const words = loaded.errors.map(formatConfigError).join('\n');
    assert.ok(!words.includes(SECRET), words);
  }
});

/** By recursion the parser would come to the end of its stack, and at times the process with it. */
void test('what is nested too deeply is refused before it is parsed', () => {
  const deep = 5_000;
  for (const text of ['['.repeat(deep), '{a: '.repeat(deep), '- '.repeat(deep), '? '.repeat(deep)]) {
    const loaded = parseConfig('f', text);
    assert.match(loaded.ok ? 'taken' : (loaded.errors[0]?.problem ?? ''), /nested too deeply/);
  }
});

function clouds(): string {
  return `clouds:
  prod:
    region_name: North
    interface: internal
    verify: false
    auth_type: password
    compute_endpoint_override: https://nova.example.org/v2.1
    auth:
      auth_url: https://keystone.example.org:5000/
      username: vigil
      password: ${SECRET}
      project_name: service
      user_domain_name: Default
      project_domain_id: default
`;
}

void test('a cloud is read from clouds.yaml, or each place that is wrong is named', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-fuzz-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const [path, secure] = ['clouds.yaml', 'secure.yaml'].map((name) => join(folder, name));
  assert.ok(path !== undefined && secure !== undefined, 'no paths');
  const load = (cloud: string | null) =>
    loadCloud({ cloud, path, fromEnvironment: null, workingFolder: folder, homeFolder: folder });
  const text = yamlLike(clouds(), cloudsValue);
  fuzz(
    0.3,
    fc.property(
      text,
      text,
      fc.constantFrom(null, 'prod', 'other'),
      fc.boolean(),
      (below, above, cloud, isSecure) => {
        writeFileSync(path, isSecure ? clouds() : below.text);
        writeFileSync(secure, isSecure ? above.text : '');
        const loaded = load(cloud);
        if (loaded.ok) {
          const { authUrl, credential, endpointOverride } = loaded.access;
          assert.match(authUrl, /^https?:\/\/?.*\/v3$/is);
          const secret = credential.kind === 'password' ? credential.password : credential.secret;
          assert.ok(secret.length > 0, 'no secret');
          for (const url of Object.values(endpointOverride))
            assert.ok(url === null || URL.canParse(url), 'no URL');
          return;
        }
        assert.ok(loaded.problems.length > 0, 'no place');
        for (const problem of loaded.problems) {
          assert.ok(problem.line === null || problem.line >= 1, JSON.stringify(problem));
          const words = describeAccessProblem(problem);
          assert.ok(words.length <= WORDS_LENGTH_MAX, `${words.length} characters`);
          if (!below.isText && !above.isText) assert.ok(!words.includes(SECRET), words);
        }
      },
    ),
  );
});
