/** Which hosts a VM occupies, for server groups: where nova has it, and where it is on its way to. */
import type { HostName } from '../wire/records.ts';
import type { Migration } from './cloud.ts';
import { isOnItsWay } from './rows.ts';

export type Places = ReadonlyMap<string, ReadonlySet<HostName>>;
export type PlacesNoted = Map<string, Set<HostName>>;

export function notePlace(places: PlacesNoted, vm: string, host: HostName): void {
  const known = places.get(vm);
  if (known === undefined) places.set(vm, new Set([host]));
  else known.add(host);
}

export function noteTargets(places: PlacesNoted, rows: readonly Migration[]): void {
  for (const row of rows) if (row.target !== null && isOnItsWay(row)) notePlace(places, row.vm, row.target);
}
