import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { Mac } from '../../core/wire/datagram.ts';
import type { HostName } from '../../core/wire/records.ts';

export const KEY_BYTES = 32;

/**
 * The key that authenticates one host's datagrams and blocks. Eligible hosts derive it from the cluster key; a host
 * that is not eligible holds this one alone, so that losing it exposes that host and nobody else.
 */
export function hostKey(clusterKey: KeyObject, cluster: string, host: HostName): KeyObject {
  return createSecretKey(
    new Uint8Array(hkdfSync('sha256', clusterKey, cluster, `vigil host key v1 ${host}`, KEY_BYTES)),
  );
}

/** The key that authenticates lease seats and incident cells: only hosts that may be master can derive it. */
export function leaseKey(clusterKey: KeyObject, cluster: string): KeyObject {
  return createSecretKey(
    new Uint8Array(hkdfSync('sha256', clusterKey, cluster, 'vigil lease key v1', KEY_BYTES)),
  );
}

/** HMAC-SHA256. Keys are KeyObjects throughout: printing one shows nothing. */
export function mac(key: KeyObject): Mac {
  return (data) => createHmac('sha256', key).update(data).digest();
}

export function secretFromHex(text: string): KeyObject | null {
  const hex = text.trim();
  return new RegExp(`^[0-9a-f]{${KEY_BYTES * 2}}$`).test(hex) ? createSecretKey(hex, 'hex') : null;
}

export function secretToHex(key: KeyObject): string {
  return `${key.export().toString('hex')}\n`;
}
