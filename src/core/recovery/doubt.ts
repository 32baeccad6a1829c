/**
 * While the database of a cell fails over, nova may leave out what it holds and call that a complete answer. A list that
 * goes empty all at once is read again before it is believed.
 */
import type { Incident } from './incident.ts';
import type { OnHost } from './reading.ts';
import { evacuationsAfter, isEndedWell } from './rows.ts';

/** Is this reading one that tells nothing yet? Of two alike the second is believed. */
export function isDoubtful(incident: Incident, { servers, rows }: OnHost): boolean {
  const afterId = incident.record.migrationIdAtDeclaration ?? 0;
  const evacuated = (vm: string): boolean => evacuationsAfter(rows, vm, afterId).some(isEndedWell);
  const vanished =
    (servers.length === 0 && incident.listed?.every(evacuated) !== true) ||
    (rows.length === 0 && incident.rows.length > 0);
  incident.doubted = vanished && !incident.doubted;
  if (incident.doubted) return true;
  incident.listed = servers.map(({ vm }) => vm);
  incident.rows = rows;
  return false;
}
