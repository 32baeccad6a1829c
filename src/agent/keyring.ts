import type { MacFor } from '../drivers/volume/block-reader.ts';
import { hostKey, leaseKey, mac } from '../drivers/tls/derive.ts';
import type { HostKeys } from '../drivers/tls/load-keys.ts';
import type { Mac } from '../core/wire/datagram.ts';
import type { HostName } from '../core/wire/records.ts';
import { MAX_HOSTS } from '../core/evidence/host.ts';

/** Keys of other hosts, and that of the lease, for whoever holds the cluster key; without it only the own one is at hand. */
export function keyring(cluster: string, host: HostName, keys: HostKeys, onLimit: () => void): MacFor {
  const derived = new Map<HostName, Mac>();
  const own = mac(keys.hostSecret);
  const { clusterSecret } = keys;
  const lease = clusterSecret === null ? null : mac(leaseKey(clusterSecret, cluster));
  return (other, use) => {
    if (use === 'lease') return lease;
    if (other === host) return own;
    if (clusterSecret === null) return null;
    const known = derived.get(other);
    if (known !== undefined) return known;
    const made = mac(hostKey(clusterSecret, cluster, other));
    if (derived.size < MAX_HOSTS) derived.set(other, made);
    else onLimit();
    return made;
  };
}
