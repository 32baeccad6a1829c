/** nova's record of an evacuation has ended: what has become of the VM is read from the VM itself. */
import { all, type Task } from '../lib/task.ts';
import type { Core } from '../state.ts';
import { askCloud } from './ask-cloud.ts';
import type { Incident, VmWork } from './incident.ts';
import { evacuationsAfter, highestId } from './rows.ts';
import type { HostName } from '../wire/records.ts';

/** A VM is recovered only when nova says that it runs on the new host. */
export function* confirmEnded(core: Core, incident: Incident): Task<void> {
  const ended = [...incident.vms.values()].filter(
    ({ state, reason, settledElsewhere, target, askedMs }) =>
      (state === 'evacuating' && (reason === ENDED || reason === GONE)) ||
      // Somebody may have started it since.
      (settledElsewhere && target !== null && core.now - askedMs >= ASK_AGAIN_MS),
  );
  yield* all(
    leastRecentlyAsked(ended).map((work) => confirm(core, incident, work)),
    () => true,
  );
}

/** Those that are not settled yet must not keep the others waiting. */
function leastRecentlyAsked(works: readonly VmWork[]): readonly VmWork[] {
  return works.toSorted((a, b) => a.askedMs - b.askedMs).slice(0, MAX_CONFIRMED_AT_ONCE);
}

/** Marks a VM whose row is done and whose state on the new host is still to be read. */
export const ENDED = 'nova has rebuilt it; waiting until it is ACTIVE';
/** Nova neither lists it nor shows how its evacuation ended: what it is now tells. */
export const GONE = 'nova no longer lists it on the failed host; asking what became of it';
/** Its owner deleted it meanwhile: nothing is left to recover. */
const DELETED = 'it has been deleted since';
const MAX_CONFIRMED_AT_ONCE = 8;
const ASK_AGAIN_MS = 60_000;
/** What goes on for long while the guest runs: it is copied, or moved once more. */
const RUNS_MEANWHILE = /^(?:image_|migrating$)/;

function* confirm(core: Core, incident: Incident, work: VmWork): Task<void> {
  const { rows, record } = incident;
  const rebuilt = work.reason === ENDED;
  work.askedMs = core.now;
  const answer = yield* askCloud(core, { call: 'get-server', vm: work.vm });
  if (!answer.ok) {
    if (answer.failure.code === 'not-found') settleElsewhere(work, null, DELETED);
    return;
  }
  const { status, vmState, host, taskState, name } = answer.value;
  // A master that took over when it was elsewhere already has it from a record only, without its name.
  work.name = name;
  if (host === record.victim) {
    // nova writes the new host before it ends the row, but nova-compute of the source completes rows that have not ended.
    if (rebuilt)
      work.unmovedRow = highestId(evacuationsAfter(rows, work.vm, record.migrationIdAtDeclaration ?? 0));
    return;
  }
  // Whatever its owner has done with it since, nova's part is over; an error is for a person.
  const isBusy = taskState !== null && !RUNS_MEANWHILE.test(taskState);
  const runs = !isBusy && status !== 'ERROR' && status !== 'REBUILD' && vmState !== 'stopped';
  // Moved on since, or its new host has failed, too: what becomes of it now is that host's incident.
  const movedOn = (rebuilt && host !== work.target) || core.master?.incidents.has(host) === true;
  if (runs || movedOn) {
    Object.assign(work, { state: 'recovered', reason: null, target: host, settledElsewhere: false });
  } else if (status === 'ERROR') {
    settleElsewhere(work, host, `nova shows it in ERROR on ${host}: look at it there`);
  } else if (vmState === 'stopped' && taskState === null) {
    settleElsewhere(work, host, stoppedWords(work.vm, host));
  }
}

/**
 * nova stops what it has built if the VM is called stopped when the target begins with it: its owner may have stopped it,
 * and so may nova-compute of a source that is back, which does not find the guest (nova/compute/manager.py
 * `_do_rebuild_instance`, `_sync_instance_power_state`).
 */
const stoppedWords = (vm: string, host: string): string =>
  `it lies stopped on ${host}: unless its owner has stopped it, openstack server start ${vm}`;

/** `host`: where it is now; null: nowhere. */
function settleElsewhere(work: VmWork, host: HostName | null, reason: string): void {
  Object.assign(work, { state: 'not-recovered', target: host, reason, settledElsewhere: true });
}
