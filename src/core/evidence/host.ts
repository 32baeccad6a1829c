/** Everything known about one host, on every path, with its age. */
import type { Timing } from '../timing/timing.ts';
import type { BootId, HostName, Leaving, ProbeAnswer, SlotBody, Term } from '../wire/records.ts';
import type { FormerBoot } from './boots.ts';
import { createNetworkPath, networkState, restartNetworkClock, type NetworkPath } from './network-path.ts';
import { pathState, restartClock, type PathState, type VolumePath } from './volume-path.ts';

/** More hosts than a volume has slots cannot be; further names are ignored and counted. */
export const MAX_HOSTS = 16_384;

export interface HostEvidence {
  readonly host: HostName;
  /** What it last said of itself, by slot or heartbeat. */
  said: Said | null;
  /** The boot in which it last showed life. */
  boot: BootId | null;
  /** Its last reboot that was seen on a volume: from which boot, and when the slot was last read in that. */
  rebooted: { readonly from: BootId; readonly afterMs: number } | null;
  /** When it last showed life in that; null: never yet. */
  bootLifeMs: number | null;
  /** Boots that were over; see boots.ts. */
  readonly formerBoots: Map<BootId, FormerBoot>;
  readonly network: NetworkPath;
  /** By volume uuid. */
  readonly volumes: Map<string, VolumePath>;
  /** By volume uuid: index of its slot there. */
  readonly slotIndex: Map<string, number>;
  /** An operator has freed its slots, and it has taken none since. */
  isFreed: boolean;
  /** By asker: the last answer to a probe of this host, and when the probe was begun. */
  readonly probes: Map<HostName, { readonly answer: ProbeAnswer; readonly begunMs: number }>;
  /** When somebody last heard it past its own paths: an answer to a probe, or a report of nova-compute. */
  witnessMs: number | null;
  /** The boot in which it last announced that it leaves, until it says otherwise, or lives on, in the same boot. */
  leftBoot: BootId | null;
  leaving: { readonly leaving: Leaving; readonly firstSeenMs: number; readonly boot: BootId } | null;
}

export type Said = Pick<
  SlotBody,
  | 'address'
  | 'role'
  | 'eligible'
  | 'failureDomain'
  | 'view'
  | 'leaving'
  | 'unjudged'
  | 'maintenance'
  | 'timing'
  | 'hardwareUuid'
> & {
  readonly agent: string;
  readonly boot: BootId;
  readonly termSeen: Term;
  readonly fit: boolean;
  /** When this host's view was received, on the observer's clock; the view is older by at most one beat and a read. */
  readonly receivedMs: number;
  /** Of the last slot body that told of it; what has a lower one was said before. */
  readonly sequence: number;
};

export function createHostEvidence(host: HostName): HostEvidence {
  return {
    host,
    said: null,
    boot: null,
    rebooted: null,
    bootLifeMs: null,
    formerBoots: new Map(),
    network: createNetworkPath(),
    volumes: new Map(),
    slotIndex: new Map(),
    isFreed: false,
    probes: new Map(),
    witnessMs: null,
    leftBoot: null,
    leaving: null,
  };
}

/**
 * On which volumes its silence tells of its end: those the host itself last said it can write, and any other on which it
 * has not been silent for as long. What it lost before says nothing.
 */
export function tellingVolumes(evidence: HostEvidence, timing: Timing, now: number): readonly string[] {
  const { said, volumes } = evidence;
  if (said === null) return [...volumes.keys()];
  const listed: string[] = [];
  for (const { uuid, writable } of said.view.volumes) if (writable) listed.push(uuid);
  for (const uuid of volumes.keys())
    if (!listed.includes(uuid) && volumeOf(evidence, uuid, timing, now) === 'fresh') listed.push(uuid);
  return listed;
}

/** The observer was late: `beforeMs` is when it last looked in time. */
export function restartClocks(evidence: HostEvidence, timing: Timing, beforeMs: number, now: number): void {
  const heard = networkOf(evidence, timing, beforeMs) === 'fresh';
  restartNetworkClock(evidence.network, heard, now);
  for (const [uuid, path] of evidence.volumes) {
    const advancing = advancedLately(evidence, uuid, timing, beforeMs);
    evidence.volumes.set(uuid, restartClock(path, advancing, now));
  }
}

/** Beats within which an advance must lie to tell of life after the network was lost, not only of life before. */
const LATELY_BEATS = 3;

export function advancedLately(evidence: HostEvidence, uuid: string, timing: Timing, now: number): boolean {
  const path = evidence.volumes.get(uuid);
  const beatMs = Math.max(timing.beatMs, evidence.said?.timing.beatMs ?? 0);
  // A slot that was only ever read standing still is not a sign of life.
  return path !== undefined && path.seenAlive && now - path.advancedMs <= LATELY_BEATS * beatMs;
}

const networkBoundMs = ({ said }: HostEvidence, timing: Timing): number =>
  Math.max(timing.networkLostMs, said?.timing.networkLostMs ?? 0);

export function networkOf(evidence: HostEvidence, timing: Timing, now: number): PathState {
  return networkState(evidence.network, networkBoundMs(evidence, timing), now);
}

/** When the network counts as lost, if it is not heard until then; null: it was neither heard nor asked yet. */
export function networkLostMs(evidence: HostEvidence, timing: Timing): number | null {
  const sinceMs = evidence.network.heardMs ?? evidence.network.askedMs;
  return sinceMs === null ? null : sinceMs + networkBoundMs(evidence, timing);
}

export function volumeOf(evidence: HostEvidence, uuid: string, timing: Timing, now: number): PathState {
  const bound = Math.max(timing.volumeLostMs, evidence.said?.timing.volumeLostMs ?? 0);
  return pathState(evidence.volumes.get(uuid), timing, bound, now);
}

/** The last sign of life on any path: when every silence began. Null if none was ever seen. */
export function lastLifeMs(evidence: HostEvidence): number | null {
  let lastMs = evidence.network.heardMs;
  for (const { advancedMs } of evidence.volumes.values())
    if (lastMs === null || advancedMs > lastMs) lastMs = advancedMs;
  return lastMs;
}

/** For how long the host's beats say that its agent has been silent; the least of its fresh volumes. */
export function agentSilentMs(evidence: HostEvidence, fresh: readonly string[]): number {
  if (fresh.length === 0) return 0;
  return fresh.reduce(
    (least, uuid) => Math.min(least, evidence.volumes.get(uuid)?.agentSilentMs ?? 0),
    Infinity,
  );
}
