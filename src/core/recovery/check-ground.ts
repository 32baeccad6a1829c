/**
 * Effects check themselves: the ground on which one stands is read anew right before it, by whoever carries it out.
 * What cannot be read licenses nothing.
 */
import type { Licence, Unlicensed } from '../coordination/port.ts';
import { all, type Task } from '../lib/task.ts';
import { inTurn } from '../lib/turns.ts';
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import type { BootId, HostName, IncidentPhase } from '../wire/records.ts';
import { checkHosts, watchUntold, lastSeenOf, type HostMust, type VictimIsNot } from './check-victim.ts';
import type { Incident } from './incident.ts';
import type { SilentHost } from './orders.ts';

/** Renewals of the master's lease after which an effect that was not begun is void, besides the time for look-ups. */
export const VALID_RENEWALS = 5;

/** Each reading has an answer within 2; who takes longer over all of them stood still, and they tell of before that. */
const READ_BEATS = 4;

/** Each check reads all seats, cells and slots: more at once would come too late, and keep the beat from all else. */
export const CHECKS_AT_ONCE = 4;

export function* checkGround(
  core: Core,
  licence: Licence,
  /** The victim, and others that are taken for dead. */
  hosts: readonly HostMust[],
): Task<Unlicensed | VictimIsNot | null> {
  const complete = yield* watchUntold(core, hosts);
  const begunMs = core.now;
  let against: Unlicensed | VictimIsNot | null = null;
  const [found = null] = yield* all(
    [
      checkHosts(core, complete),
      (function* () {
        against = yield* core.coordination.check(core, licence);
        return null;
      })(),
    ],
    () => true,
  );
  return against ?? found ?? tooOld(core, begunMs);
}

/** Where one volume does not answer, what others have answered long ago is all there is when this agent goes on. */
function tooOld({ now, settings }: Core, begunMs: number): Unlicensed | null {
  if (now - begunMs <= READ_BEATS * settings.timing.beatMs) return null;
  const detail = 'this agent stood still while it read, and what it has read is too old';
  return { code: 'lease-unreadable', detail };
}

export interface ActsWhile {
  readonly phases: readonly IncidentPhase[];
  /** In which the host lives; null: it is dead. */
  readonly boot: BootId | null;
  /** Other hosts that must be dead by their incidents. */
  readonly silent?: readonly HostName[];
  /** Asked when its turn has come. */
  readonly tooLate?: () => string | null;
}

/** For what the master does itself, once it is its turn. Null: it may; else why not, in words. */
export function mayAct(
  core: Core,
  master: Mastership,
  incident: Incident,
  acts: ActsWhile,
): Task<string | null> {
  return inTurn(
    core.checks,
    (function* () {
      return acts.tooLate?.() ?? (yield* mayActNow(core, master, incident, acts));
    })(),
  );
}

function* mayActNow(
  core: Core,
  master: Mastership,
  incident: Incident,
  { phases, boot, silent = [] }: ActsWhile,
): Task<string | null> {
  const { id, victim } = incident.record;
  const others = silentHosts(core, master, silent);
  const licence: Licence = {
    term: master.term,
    master: core.settings.host,
    stamp: core.coordination.lease.stamp(core),
    validRenewals: VALID_RENEWALS,
    incident: id,
    victim,
    phases,
    others,
  };
  const must = {
    host: victim,
    since: lastSeenOf(core, victim),
    boot,
    isConfirmed: false,
  };
  const against = yield* checkGround(core, licence, [must, ...others.map(mustBeSilent)]);
  return against?.detail ?? null;
}

/** As an order names them, too. */
export function silentHosts(
  core: Core,
  master: Mastership,
  hosts: readonly HostName[],
): readonly SilentHost[] {
  return hosts.flatMap((host) => {
    const record = master.incidents.get(host)?.record;
    if (record === undefined) return [];
    return {
      host,
      incident: record.id,
      lastSeen: lastSeenOf(core, host),
      isConfirmed: record.confirmedBy !== null,
    };
  });
}

export const mustBeSilent = ({ host, lastSeen, isConfirmed }: SilentHost): HostMust => ({
  host,
  since: lastSeen,
  boot: null,
  isConfirmed,
});
