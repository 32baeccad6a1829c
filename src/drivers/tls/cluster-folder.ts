/**
 * The folder that `vigil cluster init` makes, to be kept off the hosts:
 *
 *     authority/        cluster.json, cluster.secret, ca.key, ca.crt
 *     hosts/NAME/       exactly what goes to that host's keys.directory
 *
 * Everything is made in a folder beside it and renamed at the end, so that there is never half a cluster.
 */
import { createSecretKey, randomBytes, X509Certificate, type KeyObject } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { errno } from '../../config/errno.ts';
import type { HostName } from '../../core/wire/records.ts';
import { makeAuthority, makeHostCertificate, writeSecret, type HostEntry } from './certificates.ts';
import { hostKey, KEY_BYTES, secretFromHex, secretToHex } from './derive.ts';
import { canonical, isLoopback, sameAddress, wrongWords } from './host-entries.ts';
import type { Done } from './openssl.ts';

export async function initCluster(
  directory: string,
  cluster: string,
  hosts: readonly HostEntry[],
): Promise<Done> {
  const [wrong] = wrongWords(cluster, hosts);
  if (wrong !== undefined) return { ok: false, words: wrong };
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

/** All of them, or none where one of them cannot be. */
export async function addHosts(directory: string, hosts: readonly HostEntry[]): Promise<Done> {
  const authority = join(resolve(directory), 'authority');
  const read = readAuthority(directory, authority);
  if (!read.ok) return read;
  const [wrong] = wrongWords(read.cluster, hosts);
  if (wrong !== undefined) return { ok: false, words: wrong };
  const known = join(resolve(directory), 'hosts');
  for (const { name, ip } of hosts) {
    if (existsSync(join(known, name)))
      return { ok: false, words: `${join(known, name)} exists already; nothing was overwritten` };
    const address = canonical(ip) ?? ip;
    const other = isLoopback(address) ? null : whoHas(known, address);
    if (other !== null) return { ok: false, words: sameAddress(other, name, ip) };
  }
  for (const host of hosts) {
    const done = await inNewFolder(join(known, host.name), async (folder) =>
      fillInto(folder, authority, read.cluster, read.clusterKey, host),
    );
    if (!done.ok) return done;
  }
  return { ok: true };
}

/** The certificates in the folder tell; one that cannot be read is no reason to refuse another host. */
function whoHas(folder: string, ip: string): HostName | null {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const has = (name: string): boolean => {
    try {
      const certificate = new X509Certificate(readFileSync(join(folder, name, 'host.crt')));
      return certificate.checkIP(ip) !== undefined;
    } catch {
      return false;
    }
  };
  return names.find(has) ?? null;
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

function readAuthority(directory: string, authority: string): Authority {
  if (!existsSync(authority))
    return {
      ok: false,
      words: `${directory} has no folder "authority"; name the folder that vigil cluster init made`,
    };
  try {
    const about: unknown = JSON.parse(readFileSync(join(authority, 'cluster.json'), 'utf8'));
    const clusterKey = secretFromHex(readFileSync(join(authority, 'cluster.secret'), 'utf8'));
    const cluster = typeof about === 'object' && about !== null && 'cluster' in about ? about.cluster : null;
    if (typeof cluster !== 'string' || clusterKey === null)
      return { ok: false, words: `${authority} is damaged` };
    return { ok: true, cluster, clusterKey };
  } catch (error) {
    return { ok: false, words: `${authority} is not what vigil cluster init made (${errno(error)})` };
  }
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
