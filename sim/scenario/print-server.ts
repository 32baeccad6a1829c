import { DEFAULT_SERVER, type ServerSpec } from '../cluster.ts';

/** As after `vm` or `operator creates`. */
export function printServer(server: ServerSpec): string {
  const words = [
    server.state === 'running' ? null : server.state,
    amount('vcpus', server.vcpus, DEFAULT_SERVER.vcpus),
    amount('memory', server.memoryMib, DEFAULT_SERVER.memoryMib),
    amount('disk', server.diskGib, DEFAULT_SERVER.diskGib),
    server.taskState === null ? null : `task=${server.taskState}`,
    server.bootedFromVolume ? null : 'local-disk',
    server.locked ? 'locked' : null,
    server.attached,
    server.zone === null ? null : `zone=${server.zone}`,
    ...Object.entries(server.extraSpecs).map(([key, value]) => `extra=${key}:${value}`),
    ...Object.entries(server.metadata).map(([key, value]) => `${key}=${value}`),
  ];
  return [server.vm, 'on', server.host, ...words.filter((word) => word !== null)].join(' ');
}

export const amount = (name: string, value: number, usual: number): string | null =>
  value === usual ? null : `${name}=${value}`;
