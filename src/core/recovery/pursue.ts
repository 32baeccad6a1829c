/**
 * An incident from its declaration to its end.
 *
 *   declared ──(written)──► proving ──(accepted proof)──► evacuating ──(host back, settled)──► returning ──► closed
 *                                                             ▲                                   │
 *                                                             └─────(silent again, new proof)─────┘
 *
 * Life in the old boot ends it as long as nothing was sent: from `evacuating` by way of `proving`, where it takes a new
 * proof to go on; where it was back already, to where it was. Each phase is written to the incident cells before
 * anything is done on its ground. Level-triggered: every round starts from what nova and the slots say now.
 */
import type { Task } from '../lib/task.ts';
import { noteDealtWith, type Mastership } from '../master/mastership.ts';
import { begin, end, retell } from '../reports/book.ts';
import { sleep } from '../requests.ts';
import type { Core } from '../state.ts';
import { evacuationRound } from './evacuation-round.ts';
import { forcedDownSince } from './force-down.ts';
import { hold, type Hold } from './holds.ts';
import { go, held, notWritten, type RoundEnd } from './round-end.ts';
import { writeRecord, type Incident } from './incident.ts';
import { reportEnd } from './progress-reports.ts';
import { prove } from './prove.ts';
import { orderedWith } from './ordered-hosts.ts';
import { anyOrderOut } from './still-open.ts';
import { returnRound } from './return.ts';
import { toRecord } from './under-way.ts';
import { unless } from './unless.ts';

export function* pursue(core: Core, master: Mastership, incident: Incident): Task<void> {
  const { victim } = incident.record;
  for (;;) {
    const ended = yield* round(core, master, incident);
    noteHold(core, incident, ended.hold);
    // Whoever follows this master is to find out that a proof is over, also if it dies a moment later.
    const wasOver = incident.isProofOver;
    const isOverSince = (): boolean => incident.isProofOver && !wasOver;
    yield* recordRound(core, master, incident, ended.hold);
    if (incident.record.phase === 'closed') {
      reportEnd(core, incident);
      master.incidents.delete(victim);
      noteDealtWith(master, incident.record);
      return;
    }
    yield* unless(core, master, isOverSince, sleep(core, ended.pauseMs));
  }
}

/**
 * What a round has brought and no phase has written. In the cell the hold is for people and for the start gate: a
 * successor finds its own reasons. The rows under way, and what nova has answered, are for the successor.
 */
function* recordRound(core: Core, master: Mastership, incident: Incident, reason: Hold | null): Task<void> {
  const { record } = incident;
  const isOpen = record.phase !== 'returning' && master.openStarts.anyOn(record.victim, core.now);
  const told = reason === null || isPassing(core, incident, reason) ? null : reason.code;
  // Slaves that are about to ask nova are to read of signs of life at once.
  const isLife = reason?.code === 'life-signs' || incident.isProofOver;
  const code = isLife ? 'life-signs' : isOpen ? 'start-open' : told;
  const unwritable = reason?.code === 'incident-not-written' || record.term !== master.term;
  if (unwritable || record.phase === 'closed') return;
  const underWay = toRecord(incident.underWay, record) ?? record.underWay;
  // That one binds successors, too, whatever else holds meanwhile: it goes when it is released.
  // Nor do signs of life, as long as an order that was out when they came may still be carried out.
  const isNeeded = record.hold === 'life-signs' && (incident.isProofOver || anyOrderOut(core, incident));
  const hold = record.hold === 'life-after-failed' || isNeeded ? record.hold : code;
  const forcedDownBy = forcedDownSince(core, incident);
  const isWritten = record.hold === hold && record.underWay === underWay;
  if (isWritten && record.forcedDownBy === forcedDownBy && !incident.isWordUnwritten) return;
  const ordered = orderedWith(core, incident, []);
  yield* writeRecord(core, master, incident, { hold, underWay, forcedDownBy, ordered });
}

function* round(core: Core, master: Mastership, incident: Incident): Task<RoundEnd> {
  const suspicion = master.holds.get('suspecting-myself');
  if (suspicion !== undefined) return held(hold('suspecting-myself', suspicion), core.settings.timing.beatMs);
  if (incident.record.term !== master.term || incident.record.phase === 'declared') {
    const phase = incident.record.phase === 'declared' ? 'proving' : incident.record.phase;
    if (!(yield* writeRecord(core, master, incident, { phase }))) return notWritten(core, incident);
  }
  switch (incident.record.phase) {
    case 'declared':
    case 'closed':
      return go(core.settings.timing.beatMs);
    case 'proving':
      return yield* prove(core, master, incident);
    case 'evacuating':
      return yield* evacuationRound(core, master, incident);
    case 'returning':
      return yield* returnRound(core, master, incident);
  }
}

/** A hold is shown at once, and reported when it is new. */
function noteHold(core: Core, incident: Incident, reason: Hold | null): void {
  const { victim, id } = incident.record;
  const cause = `incident/${victim}/held`;
  if (reason?.code !== incident.hold?.code) incident.holdSinceMs = core.now;
  // A former master may have told of another one.
  retell(core, cause);
  incident.hold = reason;
  if (reason === null) {
    end(core, cause, `recovery of ${victim} goes on`);
    return;
  }
  // What people have been told of is kept true, also while it waits for something that is no news by itself.
  if (isPassing(core, incident, reason) && !core.reports.open.has(cause)) return;
  const severity = reason.code === 'life-after-failed' ? 'critical' : 'warning';
  begin(core, cause, {
    severity,
    host: victim,
    title: `recovery of ${victim} is held: ${reason.code}`,
    rule: reason.words,
    evidence: { incident: id, hold: reason.code },
    advice: `Released by: ${reason.release}`,
  });
}

/** Waits that belong to the normal course are no news until they last longer than that. */
const PASSING_MS: Partial<Record<Hold['code'], number>> = {
  'no-proof': 20_000,
  'evacuations-settling': 60_000,
  'rows-not-completed': 60_000,
  'compute-not-back': 120_000,
  'force-down-open': 180_000,
  'start-open': 180_000,
  'restarts-pending': 60_000,
};
/** The same of those that may come at any time: counted from when they came. */
const PASSING_OF_ITSELF_MS: Partial<Record<Hold['code'], number>> = {
  brake: 15_000,
  // A host that boots answers before anybody knows its boot.
  'life-signs': 10_000,
  'not-licensed': 10_000,
  listening: 30_000,
};

function isPassing(core: Core, incident: Incident, { code }: Hold): boolean {
  // What a return waits for is counted from the return.
  const sinceMs = incident.back?.sinceMs ?? incident.declaredMs;
  return (
    core.now - sinceMs < (PASSING_MS[code] ?? 0) ||
    core.now - incident.holdSinceMs < (PASSING_OF_ITSELF_MS[code] ?? 0)
  );
}
