/** A scenario's commands, read. */
import type { TimedAction } from '../actions/action.ts';
import type { Cluster } from '../cluster.ts';
import { type Names, STRANGER, volumesOf, withStranger } from './names.ts';

/** What Vigil does not have yet, and some scenarios need. */
export const FEATURES = [
  'fencing',
  'disarm',
  'priorities',
  'dependencies',
  'drain',
  'flapping',
  'vm-monitoring',
  'etcd',
] as const;
export type Feature = (typeof FEATURES)[number];

export interface Scenario {
  readonly cluster: Cluster;
  readonly pending: readonly Feature[];
  /** At times from the settled cluster on. */
  readonly script: readonly TimedAction[];
  readonly untilMs: number;
  /** At the end everything is repaired, and what shows only at rest is looked at. */
  readonly rest: boolean;
}

export function namesOf({ cluster, script }: Scenario): Names {
  const created = script.flatMap(({ action }) => (action.do === 'create-vm' ? [action.server.vm] : []));
  const names = {
    hosts: cluster.hosts.map(({ name }) => name),
    vms: new Set([...cluster.servers.map(({ vm }) => vm), ...created]),
    volumes: volumesOf(cluster.leaseVolumes),
  };
  const isNamed = script.some(({ action }) => Object.values(action).includes(STRANGER));
  return isNamed ? withStranger(names) : names;
}
