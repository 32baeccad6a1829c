/** What a simulated cluster is made of; the words of `commands.txt` in docs/scenarios.md. */
import type { Attachment } from '../src/cloud/model/state.ts';
import type { ServerGroup } from '../src/core/recovery/cloud.ts';
import type { Proof } from '../src/core/wire/records.ts';

export interface HostSpec {
  /** `h1`, `h2`, … without gaps. */
  readonly name: string;
  readonly zone: string;
  readonly failureDomain: string | null;
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly diskGib: number;
  readonly eligible: boolean;
  readonly role: 'compute' | 'control';
  /** Its compute service takes no new VMs. */
  readonly disabled: boolean;
  /** Its clocks run faster than the world's by so many millionths. */
  readonly driftPpm: number;
  /** Of its nova-compute; null: the same as its agent's. */
  readonly novaName: string | null;
  /** nova's. A cluster of Vigil is one cell: a host of another has nova-compute and nothing of Vigil. */
  readonly cell: string;
  /** Switched off at the beginning, and never there before: no slot is its own. */
  readonly isNew: boolean;
}

/** Whose computes Vigil is to see to. */
export const CELL = 'cell1';

export interface ServerSpec {
  readonly vm: string;
  readonly host: string;
  readonly state: 'running' | 'stopped' | 'error' | 'paused';
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly diskGib: number;
  readonly taskState: string | null;
  readonly bootedFromVolume: boolean;
  readonly locked: boolean;
  /** Pinned to it; null: wherever its host is. */
  readonly zone: string | null;
  readonly extraSpecs: Readonly<Record<string, string>>;
  /** Of a kind that nova does not evacuate, and shows nobody beforehand. */
  readonly attached: Attachment | null;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ClusterSettings {
  readonly proofs: readonly Proof[];
  readonly beatMs: number;
  readonly ordersPerTargetMax: number;
  readonly protectByDefault: boolean;
  readonly sharedStorage: boolean;
  readonly isolationAddress: boolean;
  readonly openRequestMs: number;
  readonly serviceDownMs: number;
  readonly rebuildMs: number;
  readonly resumeGuests: boolean;
  readonly powerSyncMs: number;
  readonly gate: boolean;
  /** Of each volume. */
  readonly slots: number;
  /** Of everything that is left to chance. */
  readonly seed: number;
}

export interface Cluster {
  readonly hosts: readonly HostSpec[];
  /** 1: volume `a` carries lease and heartbeats, `b` heartbeats only. 3: `a`, `b` and `c` carry both. */
  readonly leaseVolumes: 1 | 3;
  readonly settings: ClusterSettings;
  readonly servers: readonly ServerSpec[];
  readonly groups: readonly ServerGroup[];
  /** All hosts are switched off at the beginning, and nobody has been master. */
  readonly cold: boolean;
}

export const DEFAULT_HOST: Omit<HostSpec, 'name'> = {
  zone: 'nova',
  failureDomain: null,
  vcpus: 64,
  memoryMib: 262_144,
  diskGib: 10_000,
  eligible: true,
  role: 'compute',
  disabled: false,
  driftPpm: 0,
  novaName: null,
  cell: CELL,
  isNew: false,
};

export const DEFAULT_SERVER: Omit<ServerSpec, 'vm' | 'host'> = {
  state: 'running',
  vcpus: 1,
  memoryMib: 512,
  diskGib: 1,
  taskState: null,
  bootedFromVolume: true,
  locked: false,
  zone: null,
  extraSpecs: {},
  attached: null,
  metadata: {},
};

export const DEFAULT_SETTINGS: ClusterSettings = {
  proofs: ['silence', 'reboot'],
  beatMs: 1_000,
  ordersPerTargetMax: 4,
  protectByDefault: true,
  sharedStorage: true,
  isolationAddress: true,
  openRequestMs: 120_000,
  serviceDownMs: 60_000,
  rebuildMs: 4_000,
  resumeGuests: false,
  powerSyncMs: 600_000,
  gate: true,
  slots: 64,
  seed: 1,
};

/** By default more than enough. */
export const slotsOf = ({ settings, hosts }: Cluster): number =>
  settings.slots === DEFAULT_SETTINGS.slots ? Math.max(settings.slots, hosts.length) : settings.slots;

/** It is there and runs agent and beats when everything begins. */
export const isMemberAtFirst = ({ cell, isNew }: HostSpec): boolean => cell === CELL && !isNew;

export const defaultHosts = (count: number): readonly HostSpec[] =>
  Array.from({ length: count }, (_, n) => ({ name: `h${n + 1}`, ...DEFAULT_HOST }));
