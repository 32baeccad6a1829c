/**
 * The folder that `vigil cluster init` makes, to be kept off the hosts:
 *
 *     authority/        cluster.json, cluster.secret, ca.key, ca.crt
 *     hosts/NAME/       exactly what goes to that host's keys.directory
 *
 * Everything is made in a folder beside it and renamed at the end, so that there is never half a cluster.
 */
import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { isIP } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { errno } from '../../config/errno.ts';
import { CLUSTER_NAME, HOST_NAME } from '../../config/formats.ts';
import { makeAuthority, makeHostCertificate, writeSecret, type HostEntry } from './certificates.ts';
import { hostKey, KEY_BYTES, secretFromHex, secretToHex } from './derive.ts';
import type { Done } from './openssl.ts';

/** As many as a volume has slots. */
export const MAX_HOSTS_IN_FOLDER = 16_384;

export async function initCluster(
  directory: string,
  cluster: string,
  hosts: readonly HostEntry[],
): Promise<Done> {
  const wrong = checkNames(cluster, hosts);
  if (wrong !== null) return { ok: false, words: wrong };
  const target = resolve(directory);
  if (existsSync(target) && readdirSync(target).length > 0) {
    return {
      ok: false,
      words: `${directory} is not empty; a cluster's keys are never overwritten (see cluster add-host)`,
    };
  }
  return inNewFolder(target, async (folder) => {
    const authority = join(folder, 'authority');
    mkdirSync(authority, { mode: 0o700 });
    mkdirSync(join(folder, 'hosts'), { mode: 0o700 });
    const clusterKey = createSecretKey(randomBytes(KEY_BYTES));
    writeSecret(join(authority, 'cluster.secret'), secretToHex(clusterKey));
    writeSecret(join(authority, 'cluster.json'), `${JSON.stringify({ cluster, version: 1 })}\n`);
    const made = await makeAuthority(authority, cluster);
    if (!made.ok) return made;
    for (const host of hosts) {
      const done = await fillHostFolder(
        join(folder, 'hosts', host.name),
        authority,
        cluster,
        clusterKey,
        host,
      );
      if (!done.ok) return done;
    }
    return { ok: true };
  });
}

export async function addHost(directory: string, host: HostEntry): Promise<Done> {
  const authority = join(resolve(directory), 'authority');
  const read = readAuthority(authority);
  if (!read.ok) return read;
  const wrong = checkNames(read.cluster, [host]);
  if (wrong !== null) return { ok: false, words: wrong };
  const target = join(resolve(directory), 'hosts', host.name);
  if (existsSync(target)) return { ok: false, words: `${target} exists already; nothing was overwritten` };
  return inNewFolder(target, async (folder) =>
    fillInto(folder, authority, read.cluster, read.clusterKey, host),
  );
}

async function fillHostFolder(
  folder: string,
  authority: string,
  cluster: string,
  clusterKey: KeyObject,
  host: HostEntry,
): Promise<Done> {
  mkdirSync(folder, { mode: 0o700 });
  return fillInto(folder, authority, cluster, clusterKey, host);
}

async function fillInto(
  folder: string,
  authority: string,
  cluster: string,
  clusterKey: KeyObject,
  host: HostEntry,
): Promise<Done> {
  copyFileSync(join(authority, 'ca.crt'), join(folder, 'ca.crt'));
  writeSecret(join(folder, 'host.secret'), secretToHex(hostKey(clusterKey, cluster, host.name)));
  if (host.eligible) writeSecret(join(folder, 'cluster.secret'), secretToHex(clusterKey));
  return makeHostCertificate(folder, authority, cluster, host);
}

type Authority =
  | { readonly ok: true; readonly cluster: string; readonly clusterKey: KeyObject }
  | { readonly ok: false; readonly words: string };

function readAuthority(authority: string): Authority {
  try {
    const about: unknown = JSON.parse(readFileSync(join(authority, 'cluster.json'), 'utf8'));
    const clusterKey = secretFromHex(readFileSync(join(authority, 'cluster.secret'), 'utf8'));
    const cluster = typeof about === 'object' && about !== null && 'cluster' in about ? about.cluster : null;
    if (typeof cluster !== 'string' || clusterKey === null)
      return { ok: false, words: `${authority} is damaged` };
    return { ok: true, cluster, clusterKey };
  } catch (error) {
    return { ok: false, words: `${authority} is not what cluster init made (${errno(error)})` };
  }
}

function checkNames(cluster: string, hosts: readonly HostEntry[]): string | null {
  if (!CLUSTER_NAME.test(cluster))
    return `"${cluster}" is no name for a cluster: 1 to 63 of A-Z, a-z, 0-9, ".", "_", "-"`;
  if (hosts.length === 0) return 'a cluster needs at least one host (--host NAME=IP)';
  if (hosts.length > MAX_HOSTS_IN_FOLDER) return `more than ${MAX_HOSTS_IN_FOLDER} hosts`;
  const names = new Set<string>();
  for (const { name, ip } of hosts) {
    if (!HOST_NAME.test(name)) return `"${name}" is no name for a host: 1 to 63 of a-z, 0-9, ".", "-"`;
    if (isIP(ip) === 0) return `"${ip}" (host ${name}) is no IPv4 or IPv6 address`;
    if (names.has(name)) return `host ${name} is named twice`;
    names.add(name);
  }
  return null;
}

async function inNewFolder(target: string, fill: (folder: string) => Promise<Done>): Promise<Done> {
  const folder = `${target}.new-${process.pid}`;
  try {
    mkdirSync(dirname(target), { recursive: true, mode: 0o700 });
    mkdirSync(folder, { mode: 0o700 });
    const done = await fill(folder);
    // Renaming onto a folder works only where that one is empty: nothing can be overwritten here.
    if (done.ok) renameSync(folder, target);
    return done;
  } catch (error) {
    return { ok: false, words: `${target} cannot be made (${errno(error)})` };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
