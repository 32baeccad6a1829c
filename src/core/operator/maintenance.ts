/** Planned work on this host, declared on the host itself: it takes no VMs, is no master, and is not judged. */
import { maintenanceWords } from '../evidence/maintenance.ts';
import type { Task } from '../lib/task.ts';
import type { Core } from '../state.ts';
import type { DeclaredMaintenance, HostName, Maintenance } from '../wire/records.ts';

const UNWRITABLE =
  'the own slot cannot be read and written on a majority of the lease volumes, so nothing was changed; see vigil status';

/** Done only once any master will find it; what cannot be written is taken back. */
export function* changeMaintenance(
  core: Core,
  declared: DeclaredMaintenance | null,
): Task<{ readonly ok: boolean; readonly words: string }> {
  // A former life may have declared it, and its word must not be overruled unread.
  if (!core.coordination.intents.isKnown(core)) return { ok: false, words: UNWRITABLE };
  const { maintenance: before } = core;
  const { host } = core.settings;
  // Also where this host knows of none: others may remember it, if its slots were torn as it lost power.
  const change: Maintenance = { sequence: nextSequence(core), declared };
  Object.assign(core, { maintenance: change, maintenanceUnwritten: true });
  const written = yield* core.coordination.intents.write(core);
  core.maintenanceUnwritten = false;
  core.outbox.push({ do: 'journal', event: 'maintenance', data: { declared, written } });
  if (written)
    return {
      ok: true,
      words: declared === null ? endWords(host, before) : maintenanceWords(host, declared),
    };
  // It may stand somewhere all the same, so what is true has to be a newer word.
  if (core.maintenance === change) core.maintenance = { ...before, sequence: change.sequence + 1 };
  return { ok: false, words: UNWRITABLE };
}

/** Above all words of former lives, also where nothing of them can be read: a beat's incarnation counts from the clock. */
function nextSequence({ maintenance, volumes }: Core): number {
  return Math.max(maintenance.sequence, ...[...volumes.values()].map(({ incarnation }) => incarnation)) + 1;
}

function endWords(host: HostName, { declared }: Maintenance): string {
  return declared === null ? `${host} is not in maintenance` : `${host} is back from maintenance`;
}
