/** Datagrams that the kernel dropped because the socket's buffer was full: the one queue that is not our own. */
import { readFileSync } from 'node:fs';

const TABLES = ['/proc/net/udp', '/proc/net/udp6'] as const;
const LOCAL_ADDRESS = 1;

/** Of all sockets on this port, in this network namespace (`drops` in proc_net(5)); 0 where the kernel does not tell. */
export function kernelDrops(port: number): number {
  return TABLES.flatMap(linesOf)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => Number.parseInt(fields[LOCAL_ADDRESS]?.split(':')[1] ?? '', 16) === port)
    .reduce((total, fields) => total + (Number(fields.at(-1)) || 0), 0);
}

function linesOf(path: string): readonly string[] {
  try {
    return readFileSync(path, 'latin1').split('\n');
  } catch {
    return [];
  }
}
