/**
 * A failed host is back: its nova-compute starts and completes the evacuation records, then forced_down is cleared in
 * the sequence nova allows (nova/api/openstack/compute/services.py refuses it while a row is `done`), and what is still
 * on it and was to run is started in place. What Vigil did not force down it does not force up.
 */
import { noteServices } from '../evidence/nova-witness.ts';
import type { Task } from '../lib/task.ts';
import { factsOf } from '../master/judge.ts';
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import { askCloud } from './ask-cloud.ts';
import { mayAct } from './check-ground.ts';
import { hasReported, noteComeback, proveAgain } from './comeback.ts';
import { isDoubtful } from './doubt.ts';
import { setForcedDown } from './force-down.ts';
import { hold } from './holds.ts';
import { anyUnsettled, inPlaceRound, survey } from './in-place-round.ts';
import { writeRecord, type Incident } from './incident.ts';
import { isBackWithNewBoot } from './life.ts';
import { reportProgress } from './progress-reports.ts';
import { readHost } from './reading.ts';
import { go, held, notWritten, novaUnreadable, type RoundEnd, unlicensed } from './round-end.ts';

const RETURN_ROUND_MS = 2_000;

export function* returnRound(core: Core, master: Mastership, incident: Incident): Task<RoundEnd> {
  const { victim, forcedDownBy } = incident.record;
  const evidence = core.hosts.get(victim);
  if (evidence === undefined) return go(RETURN_ROUND_MS);
  const facts = factsOf(core, evidence);
  if (!isBackWithNewBoot(incident.record, evidence, facts)) {
    const unproven = yield* proveAgain(core, master, incident, evidence, facts);
    return unproven ?? go(0);
  }
  const back = noteComeback(core, incident, evidence);
  if (back === null) return go(RETURN_ROUND_MS);

  const now = yield* readHost(core, master, victim);
  if (!now.ok) return novaUnreadable(now.why);
  if (isDoubtful(incident, now.value)) return go(RETURN_ROUND_MS);
  const begunMs = core.now;
  const services = yield* askCloud(core, { call: 'list-services' });
  if (!services.ok) return novaUnreadable(services.failure.detail);
  noteServices(core.nova, services.value, begunMs);

  const done = now.value.rows.filter(
    (row) => row.type === 'evacuation' && row.source === victim && row.status === 'done',
  );
  if (done.length > 0) {
    const words = `${done.length} evacuation records of ${victim} are done and not yet completed`;
    return held(hold('rows-not-completed', words), RETURN_ROUND_MS);
  }
  const toAsk = survey(core, incident, back, now.value);
  reportProgress(core, incident, true);
  if (anyUnsettled(incident) && !hasReported(core, incident, back)) {
    const words = `nova-compute of ${victim} has not reported since the host booted`;
    return held(hold('compute-not-back', words), RETURN_ROUND_MS);
  }
  if (forcedDownBy === 'vigil') {
    const service = services.value.find(({ host }) => host === victim);
    if (service?.forcedDown === true) {
      const against = yield* mayAct(core, master, incident, ['returning'], back.boot);
      if (against !== null) return unlicensed(core, against);
      const refused = yield* setForcedDown(core, victim, false);
      if (refused !== null) return held(hold('force-up-refused', refused), RETURN_ROUND_MS);
    }
  }
  const pending = yield* inPlaceRound(core, master, incident, back, toAsk);
  reportProgress(core, incident, true);
  if (pending !== null) return held(pending, RETURN_ROUND_MS);
  const written = yield* writeRecord(core, master, incident, { phase: 'closed' });
  return written ? go(0) : notWritten(core, incident);
}
