/** Makes what an operator would make: volumes, keys, a configuration file and a credential file per host. */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { initVolume } from '../cli/volume/init.ts';
import { initCluster } from '../drivers/tls/cluster-folder.ts';
import {
  CLOUD,
  CLUSTER,
  type HostLayout,
  type Layout,
  type Ports,
  REPORT_INTERVAL_S,
  VOLUMES,
} from './layout.ts';

const SLOTS = 16;

export function makeFolders(layout: Layout): void {
  const folders = [layout.volumes, layout.guests, layout.logs];
  for (const host of layout.hosts) folders.push(host.runtime, host.state);
  for (const folder of folders) mkdirSync(folder, { recursive: true, mode: 0o700 });
}

/** Null, or what went wrong. */
export async function makeVolumes(layout: Layout): Promise<string | null> {
  for (const { name, role } of VOLUMES) {
    const made = await initVolume({
      path: join(layout.volumes, name),
      cluster: CLUSTER,
      slots: SLOTS,
      leaseVolumes: role === 'lease' ? 1 : 0,
      force: false,
    });
    if (made.exitCode !== 0) return made.lines.join('\n');
  }
  return null;
}

/** Null, or what went wrong. */
export async function makeKeys(layout: Layout): Promise<string | null> {
  const hosts = layout.hosts.map(({ name, address }) => ({ name, ip: address, eligible: true }));
  const made = await initCluster(layout.cluster, CLUSTER, hosts);
  return made.ok ? null : made.words;
}

export function writeConfigs(layout: Layout, ports: Ports): void {
  for (const host of layout.hosts) {
    renewBootId(host);
    writeFileSync(host.configFile, configText(layout, host, ports));
    writeFileSync(host.cloudsFile, credentialThroughRelay(layout, host, ports), { mode: 0o600 });
  }
}

/** A host that was off comes back with a new one. */
export function renewBootId(host: HostLayout): void {
  writeFileSync(host.bootIdFile, `${randomUUID()}\n`);
}

export function cloudUrl(host: HostLayout, ports: Ports): string {
  return `http://${host.address}:${ports.cloud}`;
}

function configText(layout: Layout, host: HostLayout, ports: Ports): string {
  return stringify({
    cluster: { name: CLUSTER },
    host: {
      name: host.name,
      address: host.address,
      boot_id_file: host.bootIdFile,
      hardware_uuid_file: null,
    },
    network: {
      udp_port: ports.udp,
      api_port: ports.api,
      listen_address: host.ownAddress,
      // The relay of a dead host still accepts connections.
      kernel_answers_prove_life: false,
    },
    volumes: VOLUMES.map(({ name, role }) => ({ name, path: join(layout.volumes, name), role })),
    keys: { directory: host.keys },
    runtime_directory: host.runtime,
    state_directory: host.state,
    recovery: { accept_proofs: ['silence'], shared_storage: true },
    openstack: { clouds_file: host.cloudsFile, cloud: CLOUD, report_interval_s: REPORT_INTERVAL_S },
    reports: { syslog: 'off' },
  });
}

/** The catalogue names the cloud itself; the overrides lead through the relay, so that a cut host is cut from it too. */
function credentialThroughRelay(layout: Layout, host: HostLayout, ports: Ports): string {
  const text = readFileSync(layout.cloudsFile, 'utf8');
  const url = cloudUrl(host, ports);
  const overrides = { compute: `${url}/compute/v2.1`, placement: `${url}/placement` };
  const lines = Object.entries(overrides).map(([name, at]) => `    ${name}_endpoint_override: ${at}\n`);
  return text.replace(/(auth_url: )http:\/\/[^/]+/, `$1${url}`) + lines.join('');
}
