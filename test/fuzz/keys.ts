/** The keys of a small cluster, and those that a forger may hold. */
import { createSecretKey } from 'node:crypto';
import type { KeyUse, Mac } from '../../src/core/wire/payload.ts';
import { hostKey, leaseKey, mac } from '../../src/drivers/tls/derive.ts';

export const CLUSTER = 'blue';
export const OTHER_CLUSTER = 'red';
export const clusterSecret = createSecretKey(Buffer.alloc(32, 1));
const otherSecret = createSecretKey(Buffer.alloc(32, 2));

const derived = new Map<string, Mac>();

export function keyOf(host: string, cluster = CLUSTER): Mac {
  const name = `${host} of ${cluster}`;
  const key = derived.get(name) ?? mac(hostKey(clusterSecret, cluster, host));
  derived.set(name, key);
  return key;
}

export function leaseKeyOf(cluster = CLUSTER): Mac {
  const name = `lease of ${cluster}`;
  const key = derived.get(name) ?? mac(leaseKey(clusterSecret, cluster));
  derived.set(name, key);
  return key;
}

/** What an eligible host has at hand. */
export function ringOf(host: string, use: KeyUse, cluster = CLUSTER): Mac {
  return use === 'lease' ? leaseKeyOf(cluster) : keyOf(host, cluster);
}

/** Everybody's key but the right one of `m` or `s`. */
export const strangersKeys: readonly Mac[] = [
  keyOf('x'),
  keyOf('m', OTHER_CLUSTER),
  keyOf('s', OTHER_CLUSTER),
  mac(hostKey(otherSecret, CLUSTER, 'm')),
  mac(hostKey(otherSecret, CLUSTER, 's')),
  leaseKeyOf(OTHER_CLUSTER),
  () => Buffer.alloc(32),
];
