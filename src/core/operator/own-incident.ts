/** What others decided about this host itself. */
import { start, type Task } from '../lib/task.ts';
import type { Core } from '../state.ts';

/** Read at start, and as long as an incident is open or to be. */
export function watchOwnIncident(core: Core): void {
  if (core.ownIncident === 'unread' || hasOpenIncident(core) || core.ownReboot.unjudged !== null)
    start(readOwnIncident(core), () => true);
}

/** False where it cannot be read on a majority: what was known before stays. */
export function* readOwnIncident(core: Core): Task<boolean> {
  const read = yield* core.coordination.incidents.readOwn(core);
  if (read === null) return false;
  core.ownIncident = read.record;
  return true;
}

export function hasOpenIncident({ ownIncident }: Core): boolean {
  return ownIncident !== null && ownIncident !== 'unread' && ownIncident.phase !== 'closed';
}
