import assert from 'node:assert/strict';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { addHosts, initCluster } from './cluster-folder.ts';
import { hostKey, leaseKey, mac, secretFromHex } from './derive.ts';
import { loadKeys, type KeysLoaded } from './load-keys.ts';

let root = '';
const blue = (): string => join(root, 'blue');
const wanted = (directory: string, host = 'h1', eligible = true) => ({
  directory,
  cluster: 'blue',
  host,
  eligible,
});

function codes(loaded: KeysLoaded): readonly string[] {
  return loaded.ok ? [] : loaded.errors.map(({ code }) => code);
}

function copyOf(host: string): string {
  const copy = mkdtempSync(join(root, 'copy-'));
  cpSync(join(blue(), 'hosts', host), copy, { recursive: true });
  return copy;
}

before(async () => {
  root = mkdtempSync(join(tmpdir(), 'vigil-tls-'));
  const hosts = [
    { name: 'h1', ip: '10.0.0.1', eligible: true },
    { name: 'h2', ip: 'fd00::2', eligible: false },
  ];
  assert.deepEqual(await initCluster(blue(), 'blue', hosts), { ok: true });
  assert.deepEqual(await initCluster(join(root, 'red'), 'blue', hosts), { ok: true });
});

after(() => rmSync(root, { recursive: true, force: true }));

void test('each host gets exactly what it needs, readable by its owner alone', () => {
  assert.deepEqual(readdirSync(join(blue(), 'hosts', 'h1')).sort(), [
    'ca.crt',
    'cluster.secret',
    'host.crt',
    'host.key',
    'host.secret',
  ]);
  assert.deepEqual(readdirSync(join(blue(), 'hosts', 'h2')).sort(), [
    'ca.crt',
    'host.crt',
    'host.key',
    'host.secret',
  ]);
  assert.deepEqual(readdirSync(join(blue(), 'authority')).sort(), [
    'ca.crt',
    'ca.key',
    'cluster.json',
    'cluster.secret',
  ]);
  for (const folder of ['authority', 'hosts/h1', 'hosts/h2']) {
    assert.equal(statSync(join(blue(), folder)).mode & 0o777, 0o700);
    for (const file of readdirSync(join(blue(), folder))) {
      assert.equal(statSync(join(blue(), folder, file)).mode & 0o777, 0o600, `${folder}/${file}`);
    }
  }
});

void test('what was made is accepted, and gives the same key to a host as to the eligible', () => {
  const h1 = loadKeys(wanted(join(blue(), 'hosts', 'h1')));
  const h2 = loadKeys(wanted(join(blue(), 'hosts', 'h2'), 'h2', false));
  assert.ok(h1.ok && h2.ok, JSON.stringify([h1, h2]));
  assert.ok(h1.keys.clusterSecret !== null && h2.keys.clusterSecret === null);
  assert.ok(hostKey(h1.keys.clusterSecret, 'blue', 'h2').equals(h2.keys.hostSecret));
  assert.ok(!hostKey(h1.keys.clusterSecret, 'green', 'h2').equals(h2.keys.hostSecret));
  assert.doesNotMatch(JSON.stringify(h2.keys.hostSecret), /[0-9a-f]{16}/);
});

void test('the derivation of keys does not change', () => {
  const key = secretFromHex('00'.repeat(32)) ?? assert.fail();
  // Computed independently: openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt hexkey:00..00 -kdfopt salt:blue
  // -kdfopt 'info:vigil host key v1 h1' HKDF
  assert.equal(
    hostKey(key, 'blue', 'h1').export().toString('hex'),
    'ac69f3f34f27af9a8a2a2d9b6d6f25771c573e233f59851f0923da51ac5908af',
  );
  assert.equal(
    leaseKey(key, 'blue').export().toString('hex'),
    '9a5bfd64981b1cbda56c1d134e549134318dd4ef34b0fcddd028f78bd40efde6',
  );
  assert.equal(mac(key)(new Uint8Array()).length, 32);
});

void test('nothing is ever overwritten', async () => {
  const before = readFileSync(join(blue(), 'authority', 'cluster.secret'), 'utf8');
  const again = await initCluster(blue(), 'blue', [{ name: 'h1', ip: '10.0.0.1', eligible: true }]);
  assert.match(again.ok ? '' : again.words, /not empty/);
  const same = await addHosts(blue(), [{ name: 'h1', ip: '10.0.0.1', eligible: true }]);
  assert.match(same.ok ? '' : same.words, /exists already/);
  assert.equal(readFileSync(join(blue(), 'authority', 'cluster.secret'), 'utf8'), before);
});

void test('a host can be added later', async () => {
  assert.deepEqual(await addHosts(blue(), [{ name: 'h3', ip: '10.0.0.3', eligible: false }]), { ok: true });
  assert.ok(loadKeys(wanted(join(blue(), 'hosts', 'h3'), 'h3', false)).ok);
});

void test('one address is one host’s, however it is written', async () => {
  const host = (name: string, ip: string) => ({ name, ip, eligible: true });
  const refusals = [
    await initCluster(join(root, 'bad'), 'blue', [host('a', 'fd00::1'), host('b', 'fd00:0::1')]),
    await addHosts(blue(), [host('c', '10.0.0.9'), host('d', '10.0.0.9')]),
    await addHosts(blue(), [host('e', '10.0.0.8'), host('f', 'fd00:0::2')]),
    await addHosts(blue(), [host('g', '::ffff:10.0.0.1')]),
  ].map((done) => (done.ok ? '' : done.words));
  assert.match(refusals[0] ?? '', /^a and b have the same address fd00:0::1/);
  assert.match(refusals[1] ?? '', /^c and d have the same address/);
  assert.match(refusals[2] ?? '', /^h2 and f have the same address/);
  assert.match(refusals[3] ?? '', /^h1 and g have the same address/);
  assert.deepEqual(
    readdirSync(join(blue(), 'hosts')).filter((name) => !/^h\d$/.test(name)),
    [],
    'none of them was made',
  );
  const onOneMachine = await initCluster(join(root, 'one'), 'blue', [
    host('a', '127.0.0.1'),
    host('b', '127.0.0.1'),
  ]);
  assert.deepEqual(onOneMachine, { ok: true }, 'hosts that are played on one machine share it');
  const nowhere = await addHosts(join(root, 'nowhere'), [host('a', '10.0.0.7')]);
  assert.match(nowhere.ok ? '' : nowhere.words, /has no folder "authority"/);
});

void test('names that a subject or a path could not carry are refused', async () => {
  for (const name of ['../x', 'a/b', 'H1', '', 'a b', 'x\n']) {
    const made = await initCluster(join(root, 'bad'), 'blue', [{ name, ip: '10.0.0.1', eligible: true }]);
    assert.match(made.ok ? '' : made.words, /no name for a host/);
  }
  const made = await initCluster(join(root, 'bad'), 'blue', [{ name: 'h1', ip: 'node1', eligible: true }]);
  assert.match(made.ok ? '' : made.words, /no IPv4/);
});

void test('keys that do not fit are refused, each by its own code', () => {
  const folder = copyOf('h1');
  const inTwelveYears = new Date(Date.now() + 12 * 365 * 86_400_000);
  assert.deepEqual(codes(loadKeys(wanted(folder), inTwelveYears)), ['expired', 'expired']);
  assert.deepEqual(codes(loadKeys(wanted(folder), new Date(0))), ['not-yet-valid', 'not-yet-valid']);
  assert.deepEqual(codes(loadKeys(wanted(folder, 'h2'))), ['other-host', 'key-mismatch']);
  assert.deepEqual(codes(loadKeys({ ...wanted(folder), cluster: 'green' })), [
    'other-cluster',
    'key-mismatch',
  ]);
  assert.deepEqual(codes(loadKeys(wanted(folder, 'h1', false))), ['eligible-mismatch']);
  assert.deepEqual(codes(loadKeys(wanted(copyOf('h2'), 'h2', true))), ['missing', 'eligible-mismatch']);

  cpSync(join(root, 'red', 'authority', 'ca.crt'), join(folder, 'ca.crt'));
  assert.deepEqual(codes(loadKeys(wanted(folder))), ['foreign-ca']);
});

void test('a missing, open, damaged or foreign file is named', () => {
  const folder = copyOf('h1');
  chmodSync(join(folder, 'host.key'), 0o640);
  writeFileSync(join(folder, 'host.secret'), 'zz\n');
  rmSync(join(folder, 'cluster.secret'));
  const loaded = loadKeys(wanted(folder));
  assert.deepEqual(codes(loaded), ['wrong-mode', 'missing', 'malformed']);
  assert.ok(!loaded.ok && loaded.errors[0]?.file === join(folder, 'host.key'));

  const other = copyOf('h1');
  cpSync(join(root, 'red', 'hosts', 'h1', 'host.key'), join(other, 'host.key'));
  assert.deepEqual(codes(loadKeys(wanted(other))), ['key-mismatch']);
});
