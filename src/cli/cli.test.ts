import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { bundled } from '../../test/bundled.ts';
import { freePort, listening } from '../../test/listening.ts';

const MAIN = bundled(new URL('../main.ts', import.meta.url).pathname);
let root = '';
let config = '';
let uuids = 0;

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function start(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function finished(child: ChildProcess): Promise<Ran> {
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  await once(child, 'close');
  return { code: child.exitCode, out, err };
}

const vigil = async (...args: readonly string[]): Promise<Ran> => finished(start(args));

async function writeConfig(changes: (text: string) => string = (text) => text): Promise<string> {
  uuids += 1;
  const path = join(root, `vigil-${uuids}.yaml`);
  const [udp, api] = [await freePort(), await freePort()];
  const text = `cluster: {name: blue}
host: {name: h1, address: 127.0.0.1, eligible: false, hardware_uuid_file: null}
network: {udp_port: ${udp}, api_port: ${api}, isolation_addresses: ["tcp:127.0.0.1:${api}"]}
volumes: [{name: a, path: ${root}/a.vol, role: lease}]
keys: {directory: ${root}/keys/hosts/h1}
runtime_directory: ${root}/run
state_directory: ${root}/state
recovery: {accept_proofs: []}
reports: {syslog: off}
`;
  writeFileSync(path, changes(text));
  return path;
}

before(async () => {
  // Not in memory: volumes are opened with O_DIRECT.
  root = mkdtempSync(join(process.env['VIGIL_TEST_DIRECTORY'] ?? tmpdir(), 'vigil-cli-'));
  const made = await vigil(
    'cluster',
    'init',
    join(root, 'keys'),
    '--cluster',
    'blue',
    '--host',
    'h1=127.0.0.1',
    '--host',
    'h2=127.0.0.2',
    '--eligible',
    'h2',
  );
  assert.equal(made.code, 0, made.err);
  const volume = await vigil('volume', 'init', join(root, 'a.vol'), '--cluster', 'blue', '--slots', '8');
  assert.equal(volume.code, 0, volume.err);
  config = await writeConfig();
});

after(() => rmSync(root, { recursive: true, force: true }));

/** `help.test.ts` tries each command; here is what the process ends with. */
void test('help ends with 0, wrong use and a wrong configuration with 2, no agent with 3', async () => {
  const help = await vigil('volume', 'dump', '--help');
  assert.deepEqual([help.code, help.err], [0, '']);
  assert.match(help.out, /^Usage: vigil volume dump/);
  for (const [args, words] of [
    [['bogus'], /^error: unknown command 'bogus'/],
    [['cluster'], /error: a command is missing or unknown; those above are known\n$/],
    [['cluster', 'init', join(root, 'k'), '--cluster', 'c'], /--host <name=ip...>' not specified/],
    [['cluster', 'init', join(root, 'k'), '--cluster', 'c', '--host', 'h1=x'], /^"x" \(host h1\) is no IPv4/],
    [['cluster', 'init', join(root, 'k'), '--cluster', 'c', '--host', 'h1=::1'], /--eligible names nobody/],
    [
      [
        'cluster',
        'init',
        join(root, 'k'),
        '--cluster',
        'c',
        '--host',
        'A=fd00::1',
        'h2=fd00:0::1',
        '--eligible',
        'h2',
      ],
      /^"A" is no name for a host: .*\nA and h2 have the same address fd00:0::1; .*\n$/,
    ],
    [
      ['volume', 'init', 'v', '--cluster', 'c', '--slots', '4', '--lease-of', '3', '--heartbeat-only'],
      /^error: --heartbeat-only and --lease-of: a volume without a lease is none of the lease volumes; .*\n/,
    ],
    [['volume', 'free', 'v'], /^error: what is to be freed is missing/],
    [['config', 'explain', 'timing.beatms'], /did you mean timing\.beat_ms\?/],
    [['config', 'explain', 'beat_ms'], /did you mean timing\.beat_ms\?/],
    [['config', 'explain', 'recovry'], /did you mean recovery\?/],
    [['config', 'explain', 'nosuch'], /^no key begins with "nosuch"; without a key, all are told\n$/],
    [
      ['cluster', 'add-host', join(root, 'keys'), '--host', 'C=10.0.0.9', 'd=1.2.3'],
      /^"C" is no name .*\n"1\.2\.3" \(host d\) is no IPv4 or IPv6 address\n$/,
    ],
  ] as const) {
    const wrong = await vigil(...args);
    assert.deepEqual([wrong.code, wrong.out], [2, ''], args.join(' '));
    assert.match(wrong.err, words);
  }
  const broken = await writeConfig((text) => text.replace('address:', 'adress:'));
  const refused = await vigil('status', '--config', broken);
  assert.equal(refused.code, 2);
  assert.match(refused.err, /:2:\d+: host\.adress is not a known key; should be host\.address/);
  const nobody = await vigil('status', '--config', config);
  assert.equal(nobody.code, 3);
  assert.match(nobody.err, /no agent serves .*agent\.sock/);
});

void test('only a host named as eligible gets the cluster key, at the beginning and later', async () => {
  const added = await vigil(
    'cluster',
    'add-host',
    join(root, 'keys'),
    '--host',
    'h3=127.0.0.3',
    'h4=127.0.0.4',
    '--eligible',
    'h4',
  );
  assert.equal(added.code, 0, added.err);
  const hasKey = ['h1', 'h2', 'h3', 'h4'].map((host) =>
    existsSync(join(root, 'keys', 'hosts', host, 'cluster.secret')),
  );
  assert.deepEqual(hasKey, [false, true, false, true]);
});

void test('check tries everything and is content with a sound host', async () => {
  const ran = await vigil('check', '--json', '--config', config);
  const findings: { what: string; ok: boolean | null; detail: string }[] = JSON.parse(ran.out);
  assert.deepEqual(
    findings.filter(({ ok }) => ok === false),
    [],
  );
  assert.equal(ran.code, 0);
  for (const what of ['boot id', 'keys', 'volume a'])
    assert.ok(
      findings.some((finding) => finding.what === what && finding.ok),
      what,
    );
});

void test('check names what is wrong with volumes, keys, addresses and ports, and what to do', async (t) => {
  const busyPort = await listening(t);
  writeFileSync(join(root, 'foreign.vol'), Buffer.alloc(1024 * 1024, 7));
  const bad = await writeConfig((text) =>
    text
      .replace(
        'role: lease}',
        `role: lease}, {name: b, path: ${root}/foreign.vol, role: heartbeat}, {name: c, path: ${root}/none, role: heartbeat}`,
      )
      .replace(/api_port: \d+/, `api_port: ${busyPort}`)
      .replace('hosts/h1', 'hosts/h2')
      .replace('syslog: off', 'syslog: off, webhooks: [{url: "http://127.0.0.1:1/"}]'),
  );
  const ran = await vigil('check', '--config', bad);
  assert.equal(ran.code, 1);
  assert.match(ran.out, /FAILED +keys .*is of host h2, but host\.name is h1/);
  assert.match(ran.out, /FAILED +volume b .*no volume of Vigil/);
  assert.match(ran.out, /FAILED +volume c /);
  assert.match(ran.out, /FAILED +reports\.webhooks\[0\] +cannot be reached/);
  assert.match(
    ran.out,
    new RegExp(`FAILED +TCP port ${busyPort} +in use on 127\\.0\\.0\\.1 by something else`),
  );
  assert.match(ran.out, /ok +volume a/);
});

void test('a key that is missing is told in one sentence with one remedy, by check and by the agent', async () => {
  const path = await writeConfig((text) =>
    text
      .replace('eligible: false', 'eligible: true')
      .replace('recovery:', 'openstack: {cloud: x}\nrecovery:'),
  );
  const words =
    /hosts\/h1\/cluster\.secret is missing \(needed because host\.eligible is true\); copy [^;]*$/m;
  const checked = await vigil('check', '--no-cloud', '--config', path);
  assert.equal(checked.code, 1);
  assert.match(checked.out, words);
  const agent = await vigil('agent', '--config', path);
  assert.equal(agent.code, 1);
  assert.match(agent.err, words);
});

void test('check does not hang with a volume that does', { timeout: 60_000 }, async () => {
  const fifo = join(root, 'hangs');
  assert.equal((await finished(spawn('mkfifo', [fifo]))).code, 0);
  const path = await writeConfig((text) => text.replace(`${root}/a.vol`, fifo));
  const ran = await vigil('check', '--config', path);
  assert.equal(ran.code, 1);
  assert.match(ran.out, /FAILED +volume a .*(did not answer within 12500 ms)/);
});

void test('a beat and an agent run, answer the commands, and stop cleanly on SIGTERM within two seconds', {
  timeout: 240_000,
}, async () => {
  assert.equal((await finished(spawn('mkdir', ['-p', join(root, 'run')]))).code, 0);
  const beat = start(['beat', '--volume', 'a', '--config', config]);
  const agent = start(['agent', '--config', config]);
  const [beatEnd, agentEnd] = [finished(beat), finished(agent)];
  try {
    let status = await vigil('status', '--json', '--config', config);
    while (status.code === 3 && agent.exitCode === null)
      status = await vigil('status', '--json', '--config', config);
    assert.equal(status.code, 0, status.err);
    assert.equal(JSON.parse(status.out).status.cluster, 'blue');
    assert.equal(statSync(join(root, 'run', 'agent.sock')).mode & 0o777, 0o600);
    // No master is there, and only a master knows hosts.
    const own = await vigil('hosts', '--own', '--config', config);
    assert.deepEqual([own.code, own.out], [0, '']);
    assert.match(own.err, /^only the master knows hosts and VMs, and this host knows no master\n$/);
    const nobody = await vigil('vms', '--json', '--config', config);
    assert.deepEqual([nobody.code, nobody.out, nobody.err], [1, '', own.err]);
    const events = await vigil('events', '--json', '--config', config);
    assert.match(events.out, /"event":"started"/);
    const second = await vigil('agent', '--config', config);
    assert.equal(second.code, 1);
    assert.match(
      second.err,
      /network\.udp_port\) cannot be opened \(EADDRINUSE\): an agent runs here already/,
    );
    const sound = await vigil('check', '--config', config);
    assert.equal(sound.code, 0, sound.out);
    const namesake = await writeConfig((text) =>
      text.replace(/^(runtime|state)_directory: (.*)$/gm, '$1_directory: $2-of-another'),
    );
    const twice = await vigil('check', '--config', namesake);
    assert.equal(twice.code, 1, twice.out);
    assert.match(
      twice.out,
      /FAILED +volume a +another living beat writes slot \d under the name h1 .*to do: stop/,
    );
    const maintained = await vigil('maintenance', 'start', '--by', 'ann', '--json', '--config', config);
    assert.deepEqual([maintained.code, JSON.parse(maintained.out).ok], [0, true], maintained.err);
    const held = await vigil('status', '--config', config);
    assert.match(held.out, /h1 is in maintenance, declared by ann; nothing is done for its VMs if it dies/);
    assert.match((await vigil('volume', 'dump', join(root, 'a.vol'))).out, /slot \d.*in maintenance by ann/);
    const ended = await vigil('maintenance', 'end', '--config', config);
    assert.deepEqual([ended.code, ended.out], [0, 'h1 is back from maintenance\n']);
    const confirm = await vigil('confirm-dead', 'h9', '--by', 'ann', '--config', config);
    assert.equal(confirm.code, 1);
    assert.match(confirm.err, /--yes/);
  } finally {
    const toldMs = performance.now();
    agent.kill('SIGTERM');
    const stopped = await agentEnd;
    assert.ok(performance.now() - toldMs < 2_000, `${performance.now() - toldMs} ms`);
    beat.kill('SIGTERM');
    await beatEnd;
    assert.equal(stopped.code, 0, stopped.err);
    assert.match(
      stopped.err,
      /^vigil agent: started \d+\.\d+\.\d+ on h1 of cluster blue \(compute, not eligible\), at 127\.0\.0\.1 UDP \d+ and TCP \d+, volumes a \(lease\) \/.*\n$/,
    );
  }
  assert.match(readFileSync(join(root, 'state', 'journal', 'journal.jsonl'), 'utf8'), /"event":"started"/);
});
