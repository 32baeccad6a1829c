/** Two machines with one name, as processes: each with its own directories and ports, one volume, one key. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { bundled } from '../../test/bundled.ts';
import { waitFor } from '../../test/contract/wait.ts';
import { freePort } from '../../test/listening.ts';
import { askBeat } from '../beat/ask-beat.ts';
import { makeTestCluster } from '../drivers/tls/testing.ts';
import { initVolume } from './volume/init.ts';

const MAIN = bundled(new URL('../main.ts', import.meta.url).pathname);
const BEAT_MS = 500;
const PATIENCE_MS = 30_000;

interface Machine {
  readonly beat: ChildProcess;
  /** Begun and ended reports of the cause, in order. */
  reports(cause: string): readonly string[];
}

async function startMachine(t: TestContext, root: string, keys: string, name: string): Promise<Machine> {
  const folder = join(root, name);
  const config = join(root, `${name}.yaml`);
  const [udp, api] = [await freePort(), await freePort()];
  writeFileSync(
    config,
    `cluster: {name: blue}
host: {name: h1, address: 127.0.0.1, eligible: true, hardware_uuid_file: null}
network: {udp_port: ${udp}, api_port: ${api}, isolation_addresses: ["tcp:127.0.0.1:${api}"]}
volumes: [{name: a, path: ${root}/a.vol, role: lease}]
keys: {directory: ${keys}/hosts/h1}
runtime_directory: ${folder}/run
state_directory: ${folder}/state
recovery: {accept_proofs: []}
openstack: {clouds_file: ${root}/clouds.yaml, cloud: c}
timing: {beat_ms: ${BEAT_MS}}
reports: {syslog: off}
`,
  );
  const run = (...args: readonly string[]): ChildProcess => {
    const child = spawn(process.execPath, [MAIN, ...args, '--config', config], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    t.after(() => child.kill('SIGKILL'));
    return child;
  };
  const beat = run('beat', '--volume', 'a');
  run('agent');
  return {
    beat,
    reports(cause) {
      let text = '';
      try {
        text = readFileSync(join(folder, 'state', 'journal', 'journal.jsonl'), 'utf8');
      } catch {
        return [];
      }
      return [...text.matchAll(/"cause":"([^"]+)","state":"([a-z]+)"/g)].flatMap(([, found, state = '']) =>
        found === cause ? [state] : [],
      );
    },
  };
}

void test('both agents report the other, once, and the end of it', { timeout: 120_000 }, async (t) => {
  const root = mkdtempSync(join(process.env['VIGIL_TEST_DIRECTORY'] ?? tmpdir(), 'vigil-namesakes-'));
  const cluster = await makeTestCluster('blue', ['h1'], ['h1']);
  t.after(() => {
    cluster.remove();
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  });
  const volume = {
    path: join(root, 'a.vol'),
    cluster: 'blue',
    slots: 8,
    leaseVolumes: 1,
    force: false,
  } as const;
  assert.equal((await initVolume(volume)).exitCode, 0);
  writeFileSync(
    join(root, 'clouds.yaml'),
    `clouds: {c: {auth: {auth_url: "http://127.0.0.1:1/v3", username: u, password: p, project_name: p,
  user_domain_name: Default, project_domain_name: Default}, region_name: r}}\n`,
    { mode: 0o600 },
  );
  const first = await startMachine(t, root, cluster.directory, 'first');
  await waitFor('the first writes the slot', PATIENCE_MS, async () => isBeating(root));
  const second = await startMachine(t, root, cluster.directory, 'second');
  const told = (state: string) => () =>
    [first, second].every((machine) => machine.reports('name/h1').includes(state));
  await waitFor('both have reported', PATIENCE_MS, told('begin'));
  second.beat.kill('SIGKILL');
  await waitFor('both have reported the end', PATIENCE_MS, told('end'));
  for (const machine of [first, second]) assert.deepEqual(machine.reports('name/h1'), ['begin', 'end']);
});

async function isBeating(root: string): Promise<boolean> {
  const there = await askBeat(join(root, 'first', 'run', 'a.sock'));
  return there.is === 'beat' && there.incarnation !== null;
}
