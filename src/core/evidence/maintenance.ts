/** What is known of planned work on a host, and how it is told. */
import type { DeclaredMaintenance, HostName, Maintenance } from '../wire/records.ts';

/** The later of two words: a volume that missed the last one keeps the one before. */
export function newerWord(a: Maintenance, b: Maintenance): Maintenance {
  return b.sequence > a.sequence ? b : a;
}

export function maintenanceWords(host: HostName, { by, why, recover }: DeclaredMaintenance): string {
  const death = recover ? 'its VMs are recovered if it dies' : 'nothing is done for its VMs if it dies';
  return `${host} is in maintenance, declared by ${by}${why === null ? '' : ` (${why})`}; ${death}`;
}
