import { createHash } from 'node:crypto';
import type { Settings } from '../core/settings.ts';
import type { AgentIncarnation, BootId } from '../core/wire/records.ts';
import { timingOf } from './relations.ts';
import type { Config } from './schema.ts';

export interface Drawn {
  readonly boot: BootId;
  readonly agent: AgentIncarnation;
  readonly seed: number;
  readonly startedUnixMs: number;
  readonly hardwareUuid?: string | null;
}

/** The part of the configuration that the core is told, with what the driver read and drew at start. */
export function toSettings(config: Config, drawn: Drawn): Settings {
  return Object.freeze({
    cluster: config.cluster.name,
    clusterHash: clusterHash(config.cluster.name),
    host: config.host.name,
    boot: drawn.boot,
    agent: drawn.agent,
    address: Object.freeze({
      ip: config.host.address,
      udpPort: config.network.udp_port,
      apiPort: config.network.api_port,
    }),
    role: config.host.role,
    eligible: config.host.eligible,
    failureDomain: config.host.failure_domain,
    hardwareUuid: drawn.hardwareUuid ?? null,
    volumes: Object.freeze(
      config.volumes.map(({ name, role }) => Object.freeze({ name, lease: role === 'lease' })),
    ),
    isolationAddresses: config.network.isolation_addresses,
    timing: Object.freeze(timingOf(config)),
    recovery: Object.freeze({
      acceptedProofs: config.recovery.accept_proofs,
      ordersPerTargetMax: config.recovery.orders_per_target,
      protectByDefault: config.recovery.protect_by_default,
      sharedStorage: config.recovery.shared_storage,
    }),
    seed: drawn.seed,
    startedUnixMs: drawn.startedUnixMs,
  });
}

/** Marks this cluster's datagrams: first 64 bits of SHA-256 of its name, in hex. */
export function clusterHash(cluster: string): string {
  return createHash('sha256').update(cluster).digest('hex').slice(0, 16);
}

/** Address to listen on and to connect from. */
export function listenAddress(config: Config): string {
  return config.network.listen_address ?? config.host.address;
}
