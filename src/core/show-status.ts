/** What this agent knows, as operators see it. */
import { networkOf, volumeOf, type HostEvidence } from './evidence/host.ts';
import { maintenanceWords } from './evidence/maintenance.ts';
import type { Judgement, Mastership } from './master/mastership.ts';
import type { Incident } from './recovery/incident.ts';
import type { Core } from './state.ts';
import type { ClusterStatus, HostStatus, IncidentStatus } from './status.ts';
import { volumeStatus } from './volumes.ts';

export function showStatus(core: Core): ClusterStatus {
  const { settings, master, link, maintenance, now } = core;
  const { beatMs } = settings.timing;
  const { ip, apiPort } = settings.address;
  const known = link.master;
  return {
    cluster: settings.cluster,
    host: settings.host,
    role: master === null ? 'slave' : 'master',
    master:
      master !== null
        ? { host: settings.host, ip, apiPort }
        : known === null
          ? null
          : { host: known.host, ip: known.address.ip, apiPort: known.address.apiPort },
    term: core.termSeen,
    holds: [
      ...(maintenance.declared === null ? [] : [maintenanceWords(settings.host, maintenance.declared)]),
      ...(master?.holds.values() ?? []),
    ],
    volumes: [...core.volumes.values()].map((volume) => volumeStatus(volume, beatMs, now)),
    hosts: master === null ? [] : [ownStatus(core, master), ...otherHosts(core, master)],
    incidents:
      master === null ? [] : [...master.incidents.values()].map((incident) => incidentStatus(core, incident)),
  };
}

function ownStatus(core: Core, master: Mastership): HostStatus {
  const { settings, now } = core;
  const volumes = [...core.volumes.values()].map((volume) =>
    volumeStatus(volume, settings.timing.beatMs, now),
  );
  const troubled = volumes.filter(({ state }) => state !== 'ok').map(({ name }) => name);
  return {
    host: settings.host,
    role: settings.role,
    eligible: settings.eligible,
    verdict: troubled.length === 0 ? 'online' : 'degraded',
    why: troubled.length === 0 ? 'is the master' : `is the master; volume ${troubled.join(', ')} is not well`,
    sinceMs: Math.round(now - master.sinceMs),
    network: { state: 'fresh', agoMs: 0 },
    volumes: volumes.map(({ name, state, lastWriteAgoMs }) => ({ name, state, agoMs: lastWriteAgoMs })),
  };
}

function otherHosts(core: Core, master: Mastership): readonly HostStatus[] {
  return [...core.hosts.values()]
    .sort((a, b) => (a.host < b.host ? -1 : 1))
    .map((evidence) => hostStatus(core, evidence, judgementOf(core, master, evidence)));
}

type Shown = Pick<Judgement, 'verdict' | 'words' | 'sinceMs'>;

/** Of those that it does not hear, a master that suspects itself knows no more than that; what it said before is old. */
function judgementOf({ settings, now }: Core, master: Mastership, evidence: HostEvidence): Shown | undefined {
  const doubt = master.holds.get('suspecting-myself');
  if (doubt === undefined || networkOf(evidence, settings.timing, now) === 'fresh')
    return master.judgements.get(evidence.host);
  const words = `not heard, and not judged, since the master suspects itself: ${doubt}`;
  return { verdict: 'unknown', words, sinceMs: evidence.network.heardMs ?? master.sinceMs };
}

function hostStatus(core: Core, evidence: HostEvidence, judgement: Shown | undefined): HostStatus {
  const { now, settings } = core;
  const ago = (at: number | null | undefined): number | null =>
    at === null || at === undefined ? null : Math.round(now - at);
  const named = [...core.volumes.values()].filter((volume) => volume.uuid !== null);
  return {
    host: evidence.host,
    role: evidence.said?.role ?? 'compute',
    eligible: evidence.said?.eligible ?? false,
    verdict: judgement?.verdict ?? 'unknown',
    why: judgement?.words ?? 'not judged yet',
    sinceMs: judgement === undefined ? 0 : Math.round(now - judgement.sinceMs),
    network: { state: networkOf(evidence, settings.timing, now), agoMs: ago(evidence.network.heardMs) },
    volumes: named.map(({ name, uuid }) => ({
      name,
      state: volumeOf(evidence, uuid ?? '', settings.timing, now),
      agoMs: ago(evidence.volumes.get(uuid ?? '')?.advancedMs),
    })),
  };
}

function incidentStatus(core: Core, incident: Incident): IncidentStatus {
  const { id, victim, phase, proof } = incident.record;
  return {
    id,
    host: victim,
    phase,
    proof,
    hold: incident.hold,
    ageMs: Math.round(core.now - incident.declaredMs),
    vms: [...incident.vms.values()].map(({ vm, name, state, target, attempt, reason }) => ({
      vm,
      name,
      state,
      target,
      attempt,
      reason,
    })),
  };
}
