/**
 * Effects check themselves: the ground on which one stands is read anew right before it, by whoever carries it out.
 * What cannot be read licenses nothing.
 */
import type { Licence, Unlicensed } from '../coordination/port.ts';
import { all, type Task } from '../lib/task.ts';
import { inTurn } from '../lib/turns.ts';
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import type { BootId, IncidentPhase } from '../wire/records.ts';
import { checkHost, watchUntold, lastSeenOf, type HostMust, type VictimIsNot } from './check-victim.ts';
import type { Incident } from './incident.ts';

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
  const complete = yield* all(
    hosts.map((must) => watchUntold(core, must)),
    () => true,
  );
  const begunMs = core.now;
  const found = yield* all<Unlicensed | VictimIsNot | null>(
    [...complete.map((must) => checkHost(core, must)), core.coordination.check(core, licence)],
    () => true,
  );
  // Who may act at all comes before what it is about.
  return found.toReversed().find((one) => one !== null) ?? tooOld(core, begunMs);
}

/** Where one volume does not answer, what others have answered long ago is all there is when this agent goes on. */
function tooOld({ now, settings }: Core, begunMs: number): Unlicensed | null {
  if (now - begunMs <= READ_BEATS * settings.timing.beatMs) return null;
  const detail = 'this agent stood still while it read, and what it has read is too old';
  return { code: 'lease-unreadable', detail };
}

/**
 * For what the master does itself, once it is its turn. Null: it may; else why not, in words. `tooLate`: asked when that
 * has come.
 */
export function mayAct(
  core: Core,
  master: Mastership,
  incident: Incident,
  phases: readonly IncidentPhase[],
  boot: BootId | null,
  tooLate: () => string | null = () => null,
): Task<string | null> {
  return inTurn(
    core.checks,
    (function* () {
      return tooLate() ?? (yield* mayActNow(core, master, incident, phases, boot));
    })(),
  );
}

function* mayActNow(
  core: Core,
  master: Mastership,
  incident: Incident,
  phases: readonly IncidentPhase[],
  boot: BootId | null,
): Task<string | null> {
  const { id, victim } = incident.record;
  const licence: Licence = {
    term: master.term,
    master: core.settings.host,
    stamp: core.coordination.lease.stamp(core),
    validRenewals: VALID_RENEWALS,
    incident: id,
    victim,
    phases,
    others: [],
  };
  const must = { host: victim, since: lastSeenOf(core, victim), boot };
  const against = yield* checkGround(core, licence, [must]);
  return against?.detail ?? null;
}
