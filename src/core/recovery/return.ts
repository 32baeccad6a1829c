/**
 * A failed host is back: its nova-compute starts and completes the evacuation records, then forced_down is cleared in
 * the sequence nova allows (nova/api/openstack/compute/services.py refuses it while a row is `done`). What Vigil did
 * not force down it does not force up.
 */
import type { Task } from '../lib/task.ts';
import type { Mastership } from '../master/mastership.ts';
import { isActing, type Core } from '../state.ts';
import { factsOf } from '../master/judge.ts';
import { setForcedDown } from './evacuation-round.ts';
import { hold } from './holds.ts';
import { writeRecord, type Incident } from './incident.ts';
import { isBackWithNewBoot } from './life.ts';
import { go, held, notWritten, novaUnreadable, type RoundEnd } from './round-end.ts';
import { askCloud } from './ask-cloud.ts';

const RETURN_ROUND_MS = 2_000;

export function* returnRound(core: Core, master: Mastership, incident: Incident): Task<RoundEnd> {
  const { victim, forcedDownBy } = incident.record;
  const evidence = core.hosts.get(victim);
  if (evidence === undefined) return go(RETURN_ROUND_MS);
  if (!isBackWithNewBoot(incident.record, evidence, factsOf(core, evidence))) {
    return held(hold('rows-not-completed', `${victim} was back and is silent again`), RETURN_ROUND_MS);
  }
  const rows = yield* askCloud(core, { call: 'list-host-migrations', host: victim });
  if (!rows.ok) return novaUnreadable(rows.failure.detail);
  const done = rows.value.filter(
    (row) => row.type === 'evacuation' && row.source === victim && row.status === 'done',
  );
  if (done.length > 0) {
    const words = `${done.length} evacuation records of ${victim} are done and not yet completed`;
    return held(hold('rows-not-completed', words), RETURN_ROUND_MS);
  }
  if (forcedDownBy === 'vigil') {
    const services = yield* askCloud(core, { call: 'list-services' });
    if (!services.ok) return novaUnreadable(services.failure.detail);
    core.nova.services = services.value;
    if (!isActing(core, master)) return go(0);
    const service = services.value.find(({ host }) => host === victim);
    if (service?.forcedDown === true) {
      const refused = yield* setForcedDown(core, victim, false);
      if (refused !== null) return held(hold('force-up-refused', refused), RETURN_ROUND_MS);
    }
  }
  const written = yield* writeRecord(core, master, incident, { phase: 'closed' });
  return written ? go(0) : notWritten(core, incident);
}
