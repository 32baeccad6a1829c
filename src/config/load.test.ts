import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { explainConfig, formatExplanation } from './explain.ts';
import { readHostFacts } from './host-facts.ts';
import { formatConfigError, loadConfig, parseConfig } from './load.ts';
import type { Config } from './schema.ts';
import { toSettings } from './settings.ts';

const GOOD = `cluster:
  name: blue
host:
  name: h1
  address: 10.0.0.11
volumes:
  - {name: a, path: /mnt/a/vigil, role: lease}
recovery:
  accept_proofs: [reboot, operator, silence]
openstack:
  cloud: admin
`;

function parse(text: string): Config {
  const loaded = parseConfig('/etc/vigil/vigil.yaml', text);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.config;
}

function errorsOf(text: string): readonly string[] {
  const loaded = parseConfig('f', text);
  return loaded.ok ? [] : loaded.errors.map(formatConfigError);
}

/** What is changed in the good file, and how the one error begins. */
const WRONG: readonly (readonly [string, string, string, RegExp])[] = [
  ['unknown key', 'name: h1', 'nam: h1', /^f:4:3: host\.nam is not a known key; should be host\.name/],
  ['unknown section', 'openstack:', 'opnstack:', /^f:10:1: opnstack is not a known key; should be openstack/],
  [
    'key of another section',
    'name: h1',
    'udp_port: 1',
    /^f:4:3: host\.udp_port is not a known key; should be network\.udp_port/,
  ],
  ['missing key', '  address: 10.0.0.11\n', '', /^f:3:1: host\.address is missing; should be an IPv4/],
  [
    'missing section',
    'recovery:\n  accept_proofs: [reboot, operator, silence]\n',
    '',
    /^f:1:1: recovery\.accept_proofs is missing/,
  ],
  ['empty value', 'address: 10.0.0.11', 'address:', /^f:5:3: host\.address is empty/],
  [
    'name for address',
    '10.0.0.11',
    'node1.local',
    /^f:5:3: host\.address is "node1\.local"; should be an IPv4/,
  ],
  ['upper case', 'name: h1', 'name: H1', /^f:4:3: host\.name is "H1"/],
  [
    'lease twice',
    'lease}',
    'lease}\n  - {name: b, path: /b, role: lease}',
    /^f:6:1: volumes has 2 volumes with role lease; should be 1 or 3/,
  ],
  ['no lease', 'role: lease', 'role: heartbeat', /volumes has 0 volumes with role lease/],
  [
    'same path',
    'lease}',
    'lease}\n  - {name: b, path: /mnt/a/vigil, role: heartbeat}',
    /^f:8:15: volumes\[1\]\.path is the same as volumes\[0\]\.path; should be a path of its own/,
  ],
  [
    'later proof',
    '[reboot',
    '[power',
    /^f:9:19: recovery\.accept_proofs\[0\] names power, which this version cannot give/,
  ],
  [
    'unknown proof',
    '[reboot',
    '[hope',
    /accept_proofs\[0\] is "hope"; should be a list, perhaps empty, of power/,
  ],
  [
    'silence on one interface',
    'silence]',
    'silence]\n  network_and_volumes_share_interface: true',
    /names silence, but recovery\.network_and_volumes_share_interface/,
  ],
  ['no credential', 'cloud: admin', '', /^f:10:1: openstack\.cloud is missing, and host\.eligible is true/],
  [
    'unsafe beat',
    'cloud: admin',
    'cloud: admin\ntiming: {beat_ms: 100}',
    /^f:12:10: timing\.beat_ms is 100; should be a whole number of ms from 200 to 5000$/,
  ],
  [
    'unsafe open request',
    'cloud: admin',
    'cloud: admin\n  open_request_s: 30',
    /^f:12:3: openstack\.open_request_s is 30; should be a whole number of s from 105 to 3600$/,
  ],
  [
    'text for number',
    'cloud: admin',
    'cloud: admin\nnetwork: {udp_port: "7410"}',
    /^f:12:11: network\.udp_port is "7410"; should be a port/,
  ],
  [
    'list not closed',
    'cloud: admin',
    'cloud: [admin',
    /^f:12:1: the file has a "\[" that is not closed before here; should be closed by "\]"$/,
  ],
  ['map not closed', 'role: lease}', 'role: lease', /^f:8:1: the file has a "\{" that is not closed/],
  [
    'key twice',
    'cloud: admin',
    'cloud: admin\n  cloud: other',
    /^f:12:3: the file has this key twice in one section; should be each key once$/,
  ],
  ['a tab', '  address:', '\taddress:', /^f:5:1: the file is indented with a tab; should be spaces/],
  [
    'colon missing',
    'name: h1',
    'name h1',
    /^f:4:3: the file has a key here that goes on .*perhaps its colon is missing$/,
  ],
  [
    'colon missing at the end',
    '  cloud: admin',
    '  cloud',
    /^f:10:1: openstack is "cloud"; should be a section/,
  ],
  [
    'too far in',
    '  address:',
    '   address:',
    /^f:4:9: the file has a further key inside the value that begins here; .*no further in/,
  ],
  ['too far out', '  address:', ' address:', /^f:5:1: the file is indented differently here/],
  ['colon in a value', 'name: h1', 'name: h1: x', /^f:4:9: .*quotes around a value with ": " in it$/],
  [
    'quote not closed',
    'name: h1',
    'name: "h1',
    /^f:4:9: the file has a text in quotes here that is never closed; should be the same quote/,
  ],
  [
    'comma missing',
    'a, path',
    'a path',
    /^f:7:12: the file has a further "key: value".* inside brackets here; should be a comma/,
  ],
  [
    'reserved character',
    'name: h1',
    'name: @h1',
    /^f:4:9: .*begins with a character that YAML reserves; should be the value in quotes$/,
  ],
  [
    'alias of nothing',
    'name: h1',
    'name: *h1',
    /^f:4:9: the file has an alias here .*; should be the value in quotes$/,
  ],
  ['two documents', 'openstack:', '---\nopenstack:', /^f:10:1: the file has a second document/],
];

for (const [name, from, to, expected] of WRONG) {
  void test(`refused by file, line and key: ${name}`, () => {
    assert.ok(GOOD.includes(from));
    const errors = errorsOf(GOOD.replace(from, to));
    assert.equal(errors.length, 1, errors.join('\n'));
    assert.match(errors[0] ?? '', expected);
  });
}

void test('all errors are told at once, in the order of the file', () => {
  const errors = errorsOf('host: {name: H, address: x}\ntiming: {beat: 1}\n');
  const keys = errors.map((line) => / (\S+) (is|has)/.exec(line)?.[1]);
  assert.deepEqual(keys, [
    'cluster.name',
    'volumes',
    'recovery.accept_proofs',
    'openstack.cloud',
    'host.name',
    'host.address',
    'timing.beat',
  ]);
});

void test('a webhook with a secret in it is not shown in an error', () => {
  const errors = errorsOf(`${GOOD}reports: {webhooks: [{url: "ftp://u:hidden@x"}]}\n`);
  assert.equal(errors.length, 1);
  assert.doesNotMatch(errors.join(), /hidden/);
});

void test('words about what is no YAML do not quote it', () => {
  for (const line of [
    'reports: {webhooks: [{url: hidden}',
    'x: "hidden',
    'hidden',
    '@: `hidden`',
    "x: 'h'idden",
  ]) {
    const errors = errorsOf(`${GOOD}${line}\n`);
    assert.equal(errors.length, 1);
    assert.doesNotMatch(errors.join(), /idden/);
  }
});

void test('no file, and aliases without end, are errors like others', () => {
  const missing = loadConfig('/nonexistent/vigil.yaml');
  assert.ok(!missing.ok);
  assert.match(formatConfigError(missing.errors[0] ?? assert.fail()), /cannot be read \(ENOENT\)/);
  const bomb = `a: &a [x,x]\nb: &b [${'*a,'.repeat(30)}]\nc: [${'*b,'.repeat(30)}]\n`;
  assert.match(errorsOf(bomb).join(), /aliases/);
});

void test('the configuration is complete and frozen, and gives the settings of the core', () => {
  const config = parse(GOOD);
  assert.equal(config.network.udp_port, 7410);
  assert.throws(() => Object.assign(config.host, { name: 'x' }));
  const settings = toSettings(config, {
    boot: 'b'.repeat(32),
    agent: '0'.repeat(16),
    seed: 7,
    startedUnixMs: 1,
  });
  assert.deepEqual(settings.volumes, [{ name: 'a', lease: true }]);
  assert.deepEqual(settings.address, { ip: '10.0.0.11', udpPort: 7410, apiPort: 7411 });
  assert.equal(settings.timing.leaseMs, 8000);
  assert.equal(settings.timing.openRequestMs, 120_000);
  assert.deepEqual(settings.recovery.acceptedProofs, ['reboot', 'operator', 'silence']);
  assert.ok(Object.isFrozen(settings));
});

void test('a host that is not eligible needs no credential, and no proof at all may be accepted', () => {
  const config = parse(
    GOOD.replace('cloud: admin', '')
      .replace('[reboot, operator, silence]', '[]')
      .replace('name: h1', 'eligible: false'),
  );
  assert.deepEqual(config.recovery.accept_proofs, []);
});

void test('a boot id is read as 32 hex digits, and anything else is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-config-'));
  try {
    const file = join(folder, 'boot_id');
    const config = parse(GOOD.replace('name: h1', `boot_id_file: ${file}\n  hardware_uuid_file: null`));
    writeFileSync(file, '0F8fad5b-d9cb-469f-a165-70867728950e\n');
    assert.deepEqual(readHostFacts(config), {
      ok: true,
      boot: '0f8fad5bd9cb469fa16570867728950e',
      hardwareUuid: null,
    });
    writeFileSync(file, 'nothing\n');
    assert.ok(!readHostFacts(config).ok);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

void test('every key is explained: description, what is right, and a default or that it is required', () => {
  const keys = explainConfig();
  for (const described of keys)
    assert.ok(described.description.length > 10 && described.right !== '', described.key);
  const names = keys.map(({ key }) => key);
  for (const name of ['cluster.name', 'volumes[].role', 'reports.webhooks[].url', 'timing.beat_ms']) {
    assert.ok(names.includes(name), name);
  }
  assert.match(formatExplanation(keys), /recovery\.accept_proofs\n.*\n {4}required/);
});
