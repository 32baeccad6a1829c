/**
 * May this VM be started where it is, on a host that has booted? One rule a state. Its disk is there, whatever it is,
 * and so is everything else that keeps nova from evacuating a VM; what counts is whether it was to run, and whether
 * it may run somewhere else by now.
 */
import type { RecoverySettings } from '../settings.ts';
import { type Migration, NOT_RUNNING, type Server } from './cloud.ts';
import type { HostName } from '../wire/records.ts';
import { lastFailedMigration } from './cut-off-migrations.ts';
import { excluded, HA_KEY } from './protectable.ts';
import { findCutOff, isOpenEvacuation, isOpenLiveMigration } from './rows.ts';

export type InPlace =
  | { readonly is: 'to-run' }
  /** nova is still at work on it: look again. */
  | { readonly is: 'busy'; readonly reason: string }
  /** Not before somebody has done something about it. */
  | { readonly is: 'held'; readonly reason: string }
  /** It may run elsewhere: only a person may start it, and once it runs here it is settled. */
  | { readonly is: 'by-hand'; readonly reason: string }
  | { readonly is: 'left'; readonly reason: string };

export interface InPlaceContext {
  readonly recovery: RecoverySettings;
  /** The VM before nova-compute could start again; null when that is not known. */
  readonly before: Server | null;
  readonly rowsBefore: readonly Migration[];
  /** The VM's rows now. */
  readonly rows: readonly Migration[];
  /** By this it may run elsewhere, as was known before that. */
  readonly cutOff: Migration | null;
  /** Its evacuation in this incident failed, which takes a VM to ERROR. */
  readonly evacuationFailed: boolean;
  /** Vigil has already started it in this incident. */
  readonly tried: boolean;
  /** … since the host has booted. */
  readonly triedInLife: boolean;
}

/** Work that was to end with the VM not running here, or nobody can tell how it ended. */
const UNDER_WAY: readonly (readonly [string, string])[] = [
  ['powering-off', 'it was being stopped'],
  ['deleting', 'it was being deleted'],
  ['soft-deleting', 'it was being deleted'],
  ['suspending', 'it was being suspended'],
  ['pausing', 'it was being paused'],
  ['shelving', 'it was being shelved'],
  ['rescuing', 'it was being rescued'],
  ['resize_', 'it was being resized: nova cannot tell which disk is the good one'],
];

const left = (reason: string): InPlace => ({ is: 'left', reason });
const busy = (reason: string): InPlace => ({ is: 'busy', reason });

export function inPlace(server: Server, context: InPlaceContext): InPlace {
  const barred = excluded(server, context.recovery);
  if (barred !== null && !barred.recover) return left(barred.reason);
  return wasToRun(server, context) ?? migrates(server, context) ?? byStateNow(server, context);
}

function wasToRun(server: Server, { before, tried, evacuationFailed }: InPlaceContext): InPlace | null {
  // Once Vigil has started it, what nova shows is the outcome of that.
  if (before === null && tried) return null;
  const { vmState, taskState } = before ?? server;
  if (vmState === 'stopped') return left('it was stopped; it stays stopped where it is');
  // Only what was to run is evacuated.
  if (vmState === 'error' && evacuationFailed) return null;
  if (vmState === 'error') return left('it was in ERROR: look at its fault, then reset or rebuild it');
  if (vmState !== 'active')
    return left(`it was ${vmState}: nova starts only what was ACTIVE; start it by hand`);
  if (taskState?.startsWith('migrating') === true) return byHand(server, null);
  const work = UNDER_WAY.find(([task]) => taskState?.startsWith(task) === true);
  return work === undefined ? null : left(work[1]);
}

/** A live migration that was cut off may have ended on its target, whatever nova has made of its record since. */
function migrates(server: Server, { before, rows, rowsBefore, cutOff }: InPlaceContext): InPlace | null {
  const mine = (row: Migration): boolean => row.vm === server.vm;
  const open = [...rows, ...rowsBefore].find((row) => mine(row) && isOpenLiveMigration(row, server.host));
  const live = open ?? cutOff ?? (before === null ? lastFailedMigration(server.vm, rows) : null);
  return live === null ? null : byHand(server, live.target);
}

function byHand({ vm }: Server, target: HostName | null): InPlace {
  const words = `its live migration to ${target ?? 'another host'} was cut off, and it may run there`;
  const what = `see that it does not, then openstack server reboot --hard ${vm}; to have it left as it is, set its metadata ${HA_KEY}=False`;
  return { is: 'by-hand', reason: `${words}: ${what}` };
}

function byStateNow(server: Server, context: InPlaceContext): InPlace {
  const { before, rows, tried, triedInLife, evacuationFailed } = context;
  const cutOff = findCutOff(server, rows);
  if (cutOff !== null) {
    const { id, target } = cutOff;
    const words = `its evacuation ${id} was cut off, and nova calls it ${server.taskState} for ever`;
    const what = `see that it does not run on ${target ?? 'another host'}, then openstack server set --state active ${server.vm}, and Vigil starts it`;
    return { is: 'held', reason: `${words}: ${what}` };
  }
  // One that has led here from elsewhere is over, whatever nova calls it.
  const open = rows.find(
    (row) => row.vm === server.vm && row.source === server.host && isOpenEvacuation(row),
  );
  if (open !== undefined)
    return busy(
      `evacuation ${open.id} is open: if it stays so, start nova-compute of ${server.host} once more, which completes it`,
    );
  if (server.taskState !== null) return busy(atWorkWords(server, server.taskState));
  switch (server.vmState) {
    case 'active':
      return { is: 'to-run' };
    case 'stopped':
      // nova-compute did not find its guest after the boot and took it for stopped by its user; that happens once.
      return before !== null && !triedInLife
        ? { is: 'to-run' }
        : left(
            `nova was asked to start it, and shows it stopped: unless its owner has stopped it, openstack server start ${server.vm}`,
          );
    case 'error':
      return tried || evacuationFailed
        ? { is: 'to-run' }
        : left(
            'nova has set it to ERROR since the failure: see where it runs, then openstack server reboot --hard',
          );
    default:
      return left(`it is ${server.vmState} by now`);
  }
}

/** nova-compute clears what it was at when it stopped, but not of a VM in ERROR (nova/compute/manager.py, _init_instance). */
function atWorkWords({ vm, vmState }: Server, taskState: string): string {
  const words = `nova is at work on it: ${taskState}`;
  if (vmState !== 'error' || !taskState.startsWith('reboot')) return words;
  return `${words}, or was cut off and calls it so for ever: if it stays so, openstack server set --state active ${vm}, and Vigil starts it`;
}

export type GuestVerdict =
  | { readonly is: 'running' | 'down' }
  /** It has memory that a restart would lose: a person has to look. */
  | { readonly is: 'unclear'; readonly reason: string };

const DOWN: ReadonlySet<string> = new Set([NOT_RUNNING, 'shutdown', 'crashed']);
const PAUSED = 3;
const SUSPENDED = 7;

/** Guests that merely do not run stand still with their memory; nova's record tells those, once it has looked. */
export function judgeGuest(state: string, server: Server, before: Server | null): GuestVerdict {
  if (state === 'running') return { is: 'running' };
  const standsStill = server.powerState === PAUSED || server.powerState === SUSPENDED;
  if (DOWN.has(state) && (!standsStill || before?.powerState === server.powerState)) return { is: 'down' };
  const seen = DOWN.has(state) ? (server.powerState === PAUSED ? 'paused' : 'suspended') : state;
  return { is: 'unclear', reason: `its guest is ${seen}: see why, then resume or reboot it by hand` };
}
