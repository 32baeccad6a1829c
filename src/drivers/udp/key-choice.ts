import type { KeyObject } from 'node:crypto';
import type { Datagram, Mac } from '../../core/wire/datagram.ts';
import type { HostName } from '../../core/wire/records.ts';
import { hostKey, mac } from '../tls/derive.ts';

/** As many hosts as a volume has slots. */
export const MAX_CACHED_KEYS = 16_384;

export interface KeyChoice {
  /** The key that a datagram of this kind, from or to that host, is authenticated with; null where we lack it. */
  choose(kind: Datagram['kind'], sender: HostName, receiver: HostName): Mac | null;
  /** Keeps the key at hand; only for a host that has proven itself, or forged names could fill the cache. */
  keep(host: HostName, key: Mac): void;
}

export interface KeyChoiceOptions {
  readonly cluster: string;
  readonly host: HostName;
  readonly hostSecret: KeyObject;
  readonly clusterSecret: KeyObject | null;
  readonly onCacheFull: () => void;
}

/**
 * One key per slave authenticates both directions: its heartbeats, and the master's answers to it. So a slave needs
 * its own key alone, and only eligible hosts can speak as master.
 */
export function chooseKeys(options: KeyChoiceOptions): KeyChoice {
  const own = mac(options.hostSecret);
  const cached = new Map<HostName, Mac>();
  return {
    choose(kind, sender, receiver) {
      const slave = kind === 'heartbeat' ? sender : receiver;
      if (slave === options.host) return own;
      if (options.clusterSecret === null) return null;
      return cached.get(slave) ?? mac(hostKey(options.clusterSecret, options.cluster, slave));
    },
    keep(host, key) {
      if (host === options.host || cached.has(host)) return;
      if (cached.size >= MAX_CACHED_KEYS) options.onCacheFull();
      else cached.set(host, key);
    },
  };
}
