/** Names and addresses of which a cluster can be made. */
import { BlockList, isIP, SocketAddress } from 'node:net';
import { CLUSTER_NAME, HOST_NAME } from '../../config/formats.ts';
import type { HostName } from '../../core/wire/records.ts';
import type { HostEntry } from './certificates.ts';

/** As many as a volume has slots. */
const MAX_HOSTS_IN_FOLDER = 16_384;

/** What no cluster could be made of, in words; the cluster's name is left out where it is not given. */
export function wrongWords(cluster: string | null, hosts: readonly HostEntry[]): readonly string[] {
  const wrong: string[] = [];
  if (cluster !== null && !CLUSTER_NAME.test(cluster))
    wrong.push(`"${cluster}" is no name for a cluster: 1 to 63 of A-Z, a-z, 0-9, ".", "_", "-"`);
  if (hosts.length === 0) wrong.push('a cluster needs at least one host (--host NAME=IP)');
  if (hosts.length > MAX_HOSTS_IN_FOLDER) wrong.push(`more than ${MAX_HOSTS_IN_FOLDER} hosts`);
  const names = new Set<string>();
  const byAddress = new Map<string, HostName>();
  for (const { name, ip } of hosts) {
    if (!HOST_NAME.test(name)) wrong.push(`"${name}" is no name for a host: 1 to 63 of a-z, 0-9, ".", "-"`);
    if (names.has(name)) wrong.push(`host ${name} is named twice`);
    names.add(name);
    const address = canonical(ip);
    if (address === null) {
      wrong.push(`"${ip}" (host ${name}) is no IPv4 or IPv6 address`);
      continue;
    }
    if (isLoopback(address)) continue;
    const other = byAddress.get(address);
    if (other !== undefined && other !== name) wrong.push(sameAddress(other, name, ip));
    byAddress.set(address, other ?? name);
  }
  return wrong;
}

/** One IPv6 address can be written in many ways, and an IPv4 address as one of them. Null: it is no address. */
export function canonical(ip: string): string | null {
  const version = isIP(ip);
  if (version !== 6) return version === 0 ? null : ip;
  return new SocketAddress({ address: ip, family: 'ipv6' }).address.replace(/^::ffff:(?=\d+\.)/, '');
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Of a cluster that is tried on one machine, all hosts may share it. */
export function isLoopback(ip: string): boolean {
  return loopback.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4');
}

export function sameAddress(first: HostName, second: HostName, ip: string): string {
  return `${first} and ${second} have the same address ${ip}; each host needs one of its own`;
}
