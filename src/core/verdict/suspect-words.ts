/** Of a suspect host: which paths are silent, for how long, and what is waited for. */
import { tellingVolumes, volumeOf, type HostEvidence } from '../evidence/host.ts';
import type { Timing } from '../timing/timing.ts';
import type { Facts } from './facts.ts';

export interface Looking {
  readonly now: number;
  readonly timing: Timing;
  readonly volumeName: (uuid: string) => string;
}

export function suspectWords(evidence: HostEvidence, facts: Facts, looking: Looking): string {
  const { now, timing } = looking;
  const { heardMs, askedMs } = evidence.network;
  const network =
    heardMs === null
      ? `no heartbeat yet, called ${seconds(now - (askedMs ?? now))} ago`
      : `no heartbeat for ${seconds(now - heardMs)}`;
  if (facts.network !== 'lost')
    return `${network}; waiting for one until ${seconds(timing.networkLostMs)} have passed`;
  if (facts.storage === 'fresh') {
    return `${network}; it writes to volume ${[...facts.freshVolumes].sort().join(', ')}; waiting until it says there what it hears`;
  }
  const { volumes, boundMs } = silentVolumes(evidence, looking);
  return `${network}; ${volumes.join(', ')}; waiting until each was silent for ${seconds(boundMs)}`;
}

function silentVolumes(
  evidence: HostEvidence,
  { now, timing, volumeName }: Looking,
): { readonly volumes: readonly string[]; readonly boundMs: number } {
  const { said } = evidence;
  const volumes = tellingVolumes(evidence, timing, now).map((uuid) => {
    const path = evidence.volumes.get(uuid);
    if (path === undefined || volumeOf(evidence, uuid, timing, now) === 'unseen')
      return `volume ${volumeName(uuid)} cannot be read here`;
    return `volume ${volumeName(uuid)} silent for ${seconds(now - path.advancedMs)}`;
  });
  return { volumes, boundMs: Math.max(timing.volumeLostMs, said?.timing.volumeLostMs ?? 0) };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
