/** What the embedded cloud does beyond the contract: habits that a real nova shows too rarely to be asked for. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { addMigration } from '../../src/cloud/model/evacuation.ts';
import type { CloudOptions } from '../../src/cloud/model/options.ts';
import { type PretendCompute, startPretendCompute } from '../../src/cloud/pretend-compute.ts';
import { runCloudCommand, seedCloud } from '../../src/cloud/run-cloud.ts';
import { type EmbeddedCloud, startEmbeddedCloud } from '../../src/cloud/server.ts';
import { loadCloud } from '../../src/drivers/clouds-yaml/load-cloud.ts';
import { createCloud } from '../../src/drivers/nova/cloud-driver.ts';
import { listening } from '../listening.ts';
import { embeddedAccess } from './embedded-target.ts';
import { type RawNova, rawNova } from './raw-nova.ts';
import { holdsFor, waitFor } from './wait.ts';

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface World {
  readonly cloud: EmbeddedCloud;
  readonly nova: RawNova;
  readonly vm: string;
  readonly compute: (host: string, buildMs?: number, guestFolder?: string | null) => PretendCompute;
}

async function world(options: Partial<CloudOptions> = {}): Promise<World> {
  const cloud = await startEmbeddedCloud({ conductorDelayMs: 10, reportIntervalMs: 50, ...options });
  closers.push(() => cloud.close());
  const hosts = [{ name: 'h1', lastReportAtMs: null }, { name: 'h2' }, { name: 'h3' }];
  const { vms } = seedCloud(cloud.state, { hosts, servers: 1, password: 'p' });
  const nova = rawNova(embeddedAccess(cloud, { name: 'vigil', password: 'p', project: 'service' }));
  closers.push(() => nova.close());
  return {
    cloud,
    nova,
    vm: vms[0] ?? '',
    compute(host, buildMs = 0, guestFolder = null) {
      const compute = startPretendCompute({ url: cloud.url, host, buildMs, guestFolder, guestBeatMs: 10 });
      closers.push(async () => {
        compute.kill();
        await compute.ended;
      });
      return compute;
    },
  };
}

const evacuate = (nova: RawNova, vm: string, target: string, microversion?: string) =>
  nova.request('POST', `/servers/${vm}/action`, { evacuate: { host: target } }, microversion);

const serverIs = (cloud: EmbeddedCloud, vm: string, host: string, vmState: string): boolean => {
  const server = cloud.state.servers.get(vm);
  return server?.host === host && server.vmState === vmState && server.taskState === null;
};

void test('from 2.95 on an evacuated server ends stopped, and old computes make it 400', async () => {
  const { cloud, nova, vm, compute } = await world({ maxMicroversion: '2.96' });
  compute('h2');
  assert.equal((await evacuate(nova, vm, 'h2', '2.95')).status, 200);
  await waitFor('stopped on h2', 5_000, () => serverIs(cloud, vm, 'h2', 'stopped'));
  const old = await world({ maxMicroversion: '2.96', computeServiceVersion: 61 });
  assert.equal((await evacuate(old.nova, old.vm, 'h2', '2.95')).status, 400);
  assert.equal((await evacuate(old.nova, old.vm, 'h2', '2.94')).status, 200);
});

void test('N-16 a source that comes back in the middle removes its copy, and the VM ends on the target', async () => {
  const { cloud, nova, vm, compute } = await world();
  compute('h2', 400);
  assert.equal((await evacuate(nova, vm, 'h2')).status, 200);
  await waitFor('being built', 5_000, () => cloud.state.migrations[0]?.status === 'pre-migrating');
  const source = compute('h1');
  await waitFor('the row is completed', 5_000, () => cloud.state.migrations[0]?.status === 'completed');
  await waitFor('it runs on h2', 5_000, () => serverIs(cloud, vm, 'h2', 'active'));
  assert.deepEqual(source.guests(), []);
});

void test('N-15 a stale accepted row destroys a healthy guest when nova-compute starts', async () => {
  const { cloud, vm, compute } = await world();
  const first = compute('h1');
  await waitFor('it runs', 5_000, () => first.guests().includes(vm));
  addMigration(cloud.state, {
    instanceUuid: vm,
    type: 'evacuation',
    status: 'accepted',
    source: 'h1',
    dest: null,
  });
  const answer = await fetch(`${cloud.url}/embedded/computes/h1/started`, {
    method: 'POST',
    body: JSON.stringify({ guests: [vm] }),
  });
  assert.match(await answer.text(), new RegExp(`"destroy":\\["${vm}"\\]`));
  assert.ok(serverIs(cloud, vm, 'h1', 'active'), 'and nova goes on believing that it runs');
});

void test('a guest that is gone is taken for stopped at the next look, not before', async () => {
  const { cloud, vm, compute } = await world({ powerSyncIntervalMs: 300 });
  const first = compute('h1');
  await waitFor('it runs', 5_000, () => first.guests().includes(vm));
  first.kill();
  await first.ended;
  compute('h1');
  assert.ok(serverIs(cloud, vm, 'h1', 'active'));
  await waitFor('stopped', 5_000, () => serverIs(cloud, vm, 'h1', 'stopped'));
});

void test('with resume_guests_state_on_host_boot the guests are started again', async () => {
  const { vm, compute } = await world({ resumeGuestsOnHostBoot: true });
  const first = compute('h1');
  await waitFor('it runs', 5_000, () => first.guests().includes(vm));
  first.kill();
  await first.ended;
  const second = compute('h1');
  await waitFor('it runs again', 5_000, () => second.guests().includes(vm));
});

void test('a killed nova-compute takes nothing off the bus, and its guests stop growing their files', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-guests-'));
  closers.push(() => rmSync(folder, { recursive: true }));
  const { cloud, nova, vm, compute } = await world();
  const h1 = compute('h1', 0, folder);
  const lines = (): readonly string[] => readFileSync(join(folder, vm), 'utf8').trim().split('\n');
  await waitFor('it runs', 5_000, () => h1.guests().includes(vm));
  await waitFor('it writes', 5_000, () => existsSync(join(folder, vm)) && lines().length > 3);
  assert.match(lines()[0] ?? '', /^h1 1$/);
  h1.kill();
  await h1.ended;
  const grown = lines().length;
  const h2 = compute('h2', 0, folder);
  const reports = new Set<unknown>();
  await waitFor('h2 reports, so it waits for orders', 5_000, () => {
    return reports.add(cloud.state.services.get('h2')?.lastReportAtMs).size > 2;
  });
  h2.kill();
  await h2.ended;
  const service = cloud.state.services.get('h1');
  assert.ok(service !== undefined);
  service.forcedDown = true;
  assert.equal((await evacuate(nova, vm, 'h2')).status, 200);
  await waitFor('the order is on the bus', 5_000, () => (cloud.state.orders.get('h2') ?? []).length === 1);
  await holdsFor('it stays there', 300, async () => (cloud.state.orders.get('h2') ?? []).length === 1);
  assert.equal(lines().length, grown);
});

void test('a nova-compute whose service was deleted refuses to start', async () => {
  const { cloud, compute } = await world();
  cloud.state.services.delete('h3');
  assert.equal(await compute('h3').ended, 'refused');
});

void test('the quota refuses one server too many', async () => {
  const { cloud, nova } = await world({ serversPerProjectMax: 1 });
  const flavorRef = [...cloud.state.flavors.keys()][0];
  const create = () =>
    nova.request('POST', '/servers', { server: { name: 'a', flavorRef, networks: 'none' } });
  assert.equal((await create()).status, 202);
  const second = await create();
  assert.equal(second.status, 403);
  assert.match(second.text, /Quota exceeded/);
});

void test('the routes before 2.53 are there, and gone after', async () => {
  const { cloud, nova } = await world();
  const body = { host: 'h2', binary: 'nova-compute', forced_down: true };
  assert.equal((await nova.request('PUT', '/os-services/force-down', body, '2.11')).status, 200);
  assert.equal(cloud.state.services.get('h2')?.forcedDown, true);
  assert.equal((await nova.request('PUT', '/os-services/force-down', body, '2.53')).status, 400);
});

void test('the command writes a clouds.yaml for its owner only, and it works', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-cloud-'));
  closers.push(() => rmSync(folder, { recursive: true }));
  const stopping = new AbortController();
  const cloudsFile = join(folder, 'clouds.yaml');
  const lines: string[] = [];
  const running = runCloudCommand({
    listenAddress: '127.0.0.1',
    port: 0,
    hosts: [{ name: 'h1' }, { name: 'h2' }],
    servers: 3,
    cloudsFile,
    cloud: {},
    signal: stopping.signal,
    print: (line) => lines.push(line),
  });
  await waitFor('it is ready', 5_000, () => lines.length === 3);
  assert.equal(statSync(cloudsFile).mode & 0o777, 0o600);
  const places = { fromEnvironment: null, workingFolder: folder, homeFolder: folder };
  const loaded = loadCloud({ path: cloudsFile, cloud: 'embedded', ...places });
  assert.ok(loaded.ok);
  const cloud = createCloud({ access: loaded.access });
  const answer = await cloud.perform({ call: 'list-servers', host: 'h1' }, 5_000, stopping.signal);
  assert.ok(answer.ok && answer.call === 'list-servers' && answer.value.length === 2);
  await cloud.close();
  stopping.abort();
  assert.deepEqual(await running, { ok: true });
});

void test('the command tells in one line why it cannot start', async (t) => {
  const busyPort = await listening(t);
  const started = async (place: { listenAddress?: string; port?: number; cloudsFile?: string }) =>
    runCloudCommand({
      listenAddress: '127.0.0.1',
      port: 0,
      hosts: [],
      servers: 0,
      cloudsFile: null,
      cloud: {},
      signal: new AbortController().signal,
      print: (line) => assert.fail(line),
      ...place,
    });
  assert.deepEqual(await started({ port: busyPort }), {
    ok: false,
    words: `TCP 127.0.0.1 port ${busyPort} cannot be opened (EADDRINUSE): another program has the port; choose another with --port`,
  });
  assert.deepEqual(await started({ listenAddress: '192.0.2.1', port: 5000 }), {
    ok: false,
    words:
      'TCP 192.0.2.1 port 5000 cannot be opened (EADDRNOTAVAIL): that is no address of this machine; choose another with --listen',
  });
  assert.deepEqual(await started({ cloudsFile: '/nonexistent/clouds.yaml' }), {
    ok: false,
    words: '/nonexistent/clouds.yaml cannot be written (ENOENT)',
  });
});
