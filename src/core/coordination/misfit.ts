/**
 * Does a volume play the part that the configuration gives it? Two hosts that keep the lease in different places would
 * both find a majority, so a volume that says otherwise of itself is not used at all.
 */
import type { Superblock } from '../wire/records.ts';

/** `leases`: lease volumes in the configuration. Null: it fits; else what is wrong, in words. */
export function misfit(superblock: Superblock, lease: boolean, leases: number): string | null {
  const { coordination, leaseVolumes } = superblock;
  if (coordination !== 'volume')
    return `the volume says that this cluster keeps its lease in ${coordination}, which this version cannot`;
  const expected = lease ? leases : 0;
  if (leaseVolumes === expected) return null;
  const is = leaseVolumes === 0 ? 'for heartbeats only' : `one of ${leaseVolumes} lease volumes`;
  const should = expected === 0 ? 'heartbeat' : `one of ${expected} with role lease`;
  return `the volume is ${is}, but the configuration has it as ${should}`;
}
