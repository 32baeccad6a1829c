import type { StatusTold } from '../api/cluster-questions.ts';
import type { HostStatus, IncidentStatus, VmStatus } from '../core/status.ts';
import { duration, styled, table } from './output.ts';

/** Some lines for a person who wants to know whether all is well. */
export function renderStatus(told: StatusTold): string {
  const { status } = told;
  const lines = [
    `cluster ${status.cluster}, told by ${told.source === 'master' ? 'the master' : `${status.host} alone`}`,
    status.master === null ? styled('red', 'no master') : `master ${status.master.host}, term ${status.term}`,
  ];
  if (told.note !== null) lines.push(styled('yellow', `note: ${told.note}`));
  for (const hold of status.holds) lines.push(styled('yellow', `does not act: ${hold}`));
  const counts = new Map<string, number>();
  for (const { verdict } of status.hosts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  if (counts.size > 0)
    lines.push(`hosts: ${[...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ')}`);
  const volumes = status.volumes.map(({ name, lease, state, lastWriteAgoMs, detail }) => [
    name,
    lease ? 'lease' : 'heartbeat',
    state,
    duration(lastWriteAgoMs),
    detail ?? '',
  ]);
  lines.push('', table([`VOLUME OF ${status.host}`, 'ROLE', 'STATE', 'WRITTEN', 'DETAIL'], volumes));
  for (const incident of status.incidents) lines.push('', renderIncident(incident));
  return lines.join('\n');
}

function renderIncident(incident: IncidentStatus): string {
  const proof = incident.proof === null ? 'no proof yet' : `proof ${incident.proof}`;
  const lines = [
    styled(
      'bold',
      `incident ${incident.id}: ${incident.host}, ${incident.phase}, ${proof}, since ${duration(incident.ageMs)}`,
    ),
  ];
  if (incident.hold !== null) {
    lines.push(
      styled('yellow', `  held (${incident.hold.code}): ${incident.hold.words}`),
      `  released by: ${incident.hold.release}`,
    );
  }
  const counts = new Map<string, number>();
  for (const { state } of incident.vms) counts.set(state, (counts.get(state) ?? 0) + 1);
  lines.push(`  VMs: ${[...counts].map(([state, count]) => `${count} ${state}`).join(', ') || 'none'}`);
  return lines.join('\n');
}

/** A slave judges nobody and recovers nothing; null where the master has told. */
export function whyNotTold({ status, note }: StatusTold): string | null {
  if (status.role === 'master') return null;
  const { master } = status;
  if (master === null) return 'only the master knows hosts and VMs, and this host knows no master';
  return `only the master knows hosts and VMs: ${master.host}, ${master.ip}; ${note ?? 'ask there'}`;
}

export function renderHosts(hosts: readonly HostStatus[]): string {
  const path = ({ state, agoMs }: { readonly state: string; readonly agoMs: number | null }): string =>
    agoMs === null ? state : `${state} ${duration(agoMs)}`;
  const rows = hosts.map((host) => [
    host.host,
    host.role,
    host.eligible ? 'yes' : 'no',
    host.verdict,
    duration(host.sinceMs),
    path(host.network),
    host.volumes.map((volume) => `${volume.name}:${path(volume)}`).join(' ') || '-',
    host.why,
  ]);
  return table(['HOST', 'ROLE', 'ELIGIBLE', 'VERDICT', 'SINCE', 'NETWORK', 'VOLUMES', 'WHY'], rows);
}

export interface VmRow extends VmStatus {
  readonly incident: string;
  readonly host: string;
}

export function vmRows(incidents: readonly IncidentStatus[]): readonly VmRow[] {
  return incidents.flatMap(({ id, host, vms }) => vms.map((vm) => ({ incident: id, host, ...vm })));
}

export function renderVms(vms: readonly VmRow[]): string {
  const rows = vms.map((vm) => [
    vm.vm,
    vm.name,
    vm.host,
    vm.state,
    vm.target ?? '-',
    String(vm.attempt),
    vm.reason ?? '',
  ]);
  return table(['VM', 'NAME', 'FROM', 'STATE', 'TO', 'ATTEMPT', 'REASON'], rows);
}
