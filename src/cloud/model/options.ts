/** What can be chosen about the embedded cloud, with nova's own defaults where nova has one. */

/** Injected, so that a test decides how fast time goes, and the simulator that it is virtual. */
export interface CloudClock {
  /** Milliseconds since 1970. */
  nowMs(): number;
}

export interface CloudOptions {
  readonly clock: CloudClock;
  /** A new UUID. */
  readonly newId: () => string;
  readonly region: string;
  /** Debian 12's nova (Zed). */
  readonly maxMicroversion: string;
  /** nova `[DEFAULT] service_down_time`. */
  readonly serviceDownTimeMs: number;
  /** nova `[DEFAULT] report_interval`; told to each pretended nova-compute when it starts. */
  readonly reportIntervalMs: number;
  /** From the API's answer to the conductor's choice of a host. */
  readonly conductorDelayMs: number;
  /** Between the new host in the server's record and `done` in the migration's (`finish_evacuation`). */
  readonly finishDelayMs: number;
  /** nova `[DEFAULT] sync_power_state_interval`: a guest that is not there is then noticed. */
  readonly powerSyncIntervalMs: number;
  /** nova `[DEFAULT] resume_guests_state_on_host_boot`. */
  readonly resumeGuestsOnHostBoot: boolean;
  /** nova `[DEFAULT] rpc_response_timeout`: for so long the API waits for a nova-compute that it has to ask. */
  readonly rpcTimeoutMs: number;
  readonly tokenLifetimeMs: number;
  /** nova `[quota] instances`, per project; null for none. */
  readonly serversPerProjectMax: number | null;
  /** Service version of each nova-compute; 2.95 needs 62 everywhere (`evacuate.py`). */
  readonly computeServiceVersion: number;
}

export const DEFAULT_OPTIONS: Omit<CloudOptions, 'clock' | 'newId'> = {
  region: 'RegionOne',
  maxMicroversion: '2.93',
  serviceDownTimeMs: 60_000,
  reportIntervalMs: 10_000,
  conductorDelayMs: 200,
  finishDelayMs: 20,
  powerSyncIntervalMs: 600_000,
  resumeGuestsOnHostBoot: false,
  rpcTimeoutMs: 60_000,
  tokenLifetimeMs: 3_600_000,
  serversPerProjectMax: null,
  computeServiceVersion: 66,
};
