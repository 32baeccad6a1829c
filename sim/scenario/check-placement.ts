/** What shows only when the whole cluster is known: whether a VM can be where it is said to be. */
import type { HostSpec, ServerSpec } from '../cluster.ts';
import type { Line } from './line.ts';

export interface Placed {
  readonly line: Line;
  readonly server: ServerSpec;
}

/** Those that are created later, too; where no VM can be, nova creates none. */
export function checkPlacement(
  placed: readonly Placed[],
  created: readonly Placed[],
  hosts: readonly HostSpec[],
): void {
  const byName = new Map(hosts.map((host) => [host.name, host]));
  const zones = new Set(hosts.map(({ zone }) => zone));
  for (const one of [...placed, ...created]) {
    const { line, server } = one;
    const host = byName.get(server.host);
    if (host === undefined) continue;
    if (host.role === 'control' && placed.includes(one))
      line.blame(`${host.name} is a control host: no VM runs there`);
    if (server.memoryMib > host.memoryMib)
      line.blame(`${host.name} has ${host.memoryMib} MiB of memory only`);
    if (server.diskGib > host.diskGib) line.blame(`${host.name} has ${host.diskGib} GiB of disk only`);
    if (server.zone !== null && !zones.has(server.zone)) line.blame(`no host is in the zone ${server.zone}`);
  }
}
