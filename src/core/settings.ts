import type { Timing } from './timing/timing.ts';
import type { AgentAddress, AgentIncarnation, BootId, HostName, Proof, VolumeName } from './wire/records.ts';

/** What the core is told once, at start; frozen for the life of the agent. */
export interface Settings {
  readonly cluster: string;
  /** First 64 bits of SHA-256 of the cluster's name, in hex: marks datagrams. */
  readonly clusterHash: string;
  readonly host: HostName;
  readonly boot: BootId;
  readonly agent: AgentIncarnation;
  readonly address: AgentAddress;
  readonly role: 'compute' | 'control';
  readonly eligible: boolean;
  readonly failureDomain: string | null;
  readonly hardwareUuid: string | null;
  readonly volumes: readonly { readonly name: VolumeName; readonly lease: boolean }[];
  /** As configured, for example `icmp:10.0.0.1` or `tcp:10.0.0.1:53`. */
  readonly isolationAddresses: readonly string[];
  readonly timing: Timing;
  readonly recovery: RecoverySettings;
  /** Seed of the core's own randomness (back-off, nonces); drawn by the driver. */
  readonly seed: number;
  /** When this agent was started, by the clock of the wall: a number above those of its predecessors, and no more. */
  readonly startedUnixMs: number;
}

export interface RecoverySettings {
  /** Proofs of death the operator accepts; empty means every incident is held until one is. */
  readonly acceptedProofs: readonly Proof[];
  /** Orders open at once per target host. */
  readonly ordersPerTargetMax: number;
  /** VMs without an `HA_Enabled` entry are protected. */
  readonly protectByDefault: boolean;
  /** The ephemeral storage of all hosts is shared, so that evacuation keeps local disks. */
  readonly sharedStorage: boolean;
}
