/** Where everything of the demonstration lies: addresses, ports, folders. */
import { join } from 'node:path';

export const CLUSTER = 'demo';
export const HOST_NAMES = ['h1', 'h2', 'h3', 'h4', 'h5'] as const;
export const VMS = 20;
export const CLOUD = 'embedded';
export const LOOPBACK = '127.0.0.1';
/** nova's own default, told to Vigil and to the pretended nova-computes alike. */
export const REPORT_INTERVAL_S = 10;
export const VOLUMES = [
  { name: 'a', role: 'lease' },
  { name: 'b', role: 'heartbeat' },
] as const;

/** Folders in which a file with a host's name is a fault of that host. */
export const SWITCHES = ['off', 'cut', 'agent-off'] as const;
export type Switch = (typeof SWITCHES)[number];

export interface Ports {
  readonly udp: number;
  readonly api: number;
  readonly cloud: number;
}

export interface HostLayout {
  readonly name: string;
  /** Its relay's, which it tells to others: all traffic to the host passes there. */
  readonly address: string;
  /** Where its agent listens and connects from, which is how a relay knows whose traffic it sees. */
  readonly ownAddress: string;
  readonly folder: string;
  readonly configFile: string;
  readonly bootIdFile: string;
  readonly cloudsFile: string;
  readonly keys: string;
  /** Sockets; a path to a socket may have 107 characters at most. */
  readonly runtime: string;
  readonly state: string;
}

export interface Layout {
  readonly folder: string;
  readonly volumes: string;
  readonly guests: string;
  readonly cluster: string;
  readonly logs: string;
  /** The cloud's own credential file, for whoever judges at the end; hosts have theirs with a relay in between. */
  readonly cloudsFile: string;
  readonly hosts: readonly HostLayout[];
}

export function layoutIn(folder: string): Layout {
  return {
    folder,
    volumes: join(folder, 'shared', 'volumes'),
    guests: join(folder, 'shared', 'guests'),
    cluster: join(folder, 'cluster'),
    logs: join(folder, 'log'),
    cloudsFile: join(folder, 'clouds.yaml'),
    hosts: HOST_NAMES.map((name, index) => hostLayout(folder, name, index + 1)),
  };
}

function hostLayout(root: string, name: string, number: number): HostLayout {
  const folder = join(root, name);
  return {
    name,
    address: `127.0.2.${number}`,
    ownAddress: `127.0.1.${number}`,
    folder,
    configFile: join(folder, 'vigil.yaml'),
    bootIdFile: join(folder, 'boot_id'),
    cloudsFile: join(folder, 'clouds.yaml'),
    keys: join(root, 'cluster', 'hosts', name),
    runtime: join(folder, 'run'),
    state: join(folder, 'state'),
  };
}
