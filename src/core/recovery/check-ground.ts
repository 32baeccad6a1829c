/**
 * Effects check themselves: the ground on which one stands is read anew right before it, by whoever carries it out.
 * What cannot be read licenses nothing.
 */
import type { Licence, Unlicensed } from '../coordination/port.ts';
import { all, type Task } from '../lib/task.ts';
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import type { BootId, IncidentPhase } from '../wire/records.ts';
import { checkVictim, watchUntold, lastSeenOf, type VictimIsNot, type VictimMust } from './check-victim.ts';
import type { Incident } from './incident.ts';

/** Renewals of the master's lease after which an effect that was not begun is void, besides the time for look-ups. */
export const VALID_RENEWALS = 5;

export function* checkGround(
  core: Core,
  licence: Licence,
  must: VictimMust,
): Task<Unlicensed | VictimIsNot | null> {
  const { victim: host } = licence;
  const complete = yield* watchUntold(core, host, must);
  let against: Unlicensed | VictimIsNot | null = null;
  const [victim] = yield* all(
    [
      checkVictim(core, host, complete),
      (function* () {
        against = yield* core.coordination.check(core, licence);
        return null;
      })(),
    ],
    () => true,
  );
  return against ?? victim ?? null;
}

/** For what the master does itself. Null: it may; else why not, in words. */
export function* mayAct(
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
  };
  const against = yield* checkGround(core, licence, { since: lastSeenOf(core, victim), boot });
  return against?.detail ?? null;
}
