/**
 * A failed host is back: its nova-compute starts and completes the evacuation records, then forced_down is cleared in
 * the sequence nova allows (nova/api/openstack/compute/services.py refuses it while a row is `done`), and what is still
 * on it and was to run is started in place. What Vigil did not force down it does not force up.
 */
import { noteServices } from '../evidence/nova-witness.ts';
import type { Task } from '../lib/task.ts';
import { factsOf } from '../verdict/facts-now.ts';
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import { askCloud } from './ask-cloud.ts';
import { hasReported, lookAtLife } from './comeback.ts';
import { isDoubtful } from './doubt.ts';
import { confirmEnded } from './confirm-ended.ts';
import type { Server } from './cloud.ts';
import { lastFailedMigration } from './cut-off-migrations.ts';
import { close, forceUp } from './force-down.ts';
import { hold } from './holds.ts';
import { inPlaceRound, survey } from './in-place-round.ts';
import { createVmWork, writeRecord, type Incident } from './incident.ts';
import { isBackWithNewBoot } from './life.ts';
import { anyUnsettled, noteLeft } from './moved.ts';
import { noteLife } from './next-life.ts';
import { reportProgress } from './progress-reports.ts';
import { type OnHost, readHost } from './reading.ts';
import { learnCopies } from './second-copy.ts';
import { go, held, notWritten, novaUnreadable, type RoundEnd } from './round-end.ts';

const RETURN_ROUND_MS = 2_000;

export function* returnRound(core: Core, master: Mastership, incident: Incident): Task<RoundEnd> {
  const { victim } = incident.record;
  const evidence = core.hosts.get(victim);
  if (evidence === undefined) return go(RETURN_ROUND_MS);
  const isBack = isBackWithNewBoot(incident.record, evidence, factsOf(core, evidence));
  const waits = yield* lookAtLife(core, master, incident, evidence);
  const { back } = incident;
  if (waits !== null || !isBack || back === null) return waits ?? go(0);
  // What lived beside it is over.
  const { hold: known } = incident.record;
  const isOver = known === 'life-after-failed' || known === 'life-signs';
  if (isOver && !(yield* writeRecord(core, master, incident, { hold: null })))
    return notWritten(core, incident);

  const now = yield* readHost(core, master, incident);
  if (!now.ok) return novaUnreadable(now.why);
  if (isDoubtful(incident, now.value)) return go(RETURN_ROUND_MS);
  incident.before ??= stillActive(now.value);
  yield* learnCopies(core, master, incident);
  const begunMs = core.now;
  const services = yield* askCloud(core, { call: 'list-services' });
  if (!services.ok) return novaUnreadable(services.failure.detail);
  noteServices(core.nova, services.value, begunMs, core.now);
  noteLeft(incident, now.value);

  // nova-compute completes them as it starts. Where its service was deleted meanwhile, it never does, nor has to.
  const isKnown = services.value.some(({ host }) => host === victim);
  const done = now.value.rows.filter(
    (row) => row.type === 'evacuation' && row.source === victim && row.status === 'done',
  );
  if (isKnown && done.length > 0) {
    nameThere(incident, now.value);
    yield* confirmEnded(core, incident);
    reportProgress(core, incident, true);
    const words = `${done.length} evacuation records of ${victim} are done and not yet completed`;
    return held(hold('rows-not-completed', words), RETURN_ROUND_MS);
  }
  noteLife(core, incident, back, now.value);
  const toAsk = survey(core, master, incident, back, now.value);
  yield* confirmEnded(core, incident);
  reportProgress(core, incident, true);
  if (anyUnsettled(incident) && !hasReported(core, incident, back)) {
    const words = `nova-compute of ${victim} has not reported since the host booted`;
    return held(hold('compute-not-back', words), RETURN_ROUND_MS);
  }
  const forced = yield* forceUp(core, master, incident, back.boot);
  if (forced !== null) return forced;
  const pending = yield* inPlaceRound(core, master, incident, back, toAsk);
  reportProgress(core, incident, true);
  if (pending !== null) return held(pending, RETURN_ROUND_MS);
  return yield* close(core, master, incident, back.boot);
}

/** A master that has taken over knows none of them yet. */
function nameThere({ vms }: Incident, { servers }: OnHost): void {
  const reason =
    'the host is back; its guest is asked for once nova-compute has completed the evacuation records';
  for (const { vm, name } of servers) if (!vms.has(vm)) vms.set(vm, { ...createVmWork(vm, name), reason });
}

/** To a master that has taken over: what it still finds so was so before nova-compute has missed its guest. */
function stillActive({ servers, rows }: OnHost): Incident['before'] {
  const isKnown = ({ vm, vmState }: Server): boolean =>
    vmState === 'active' && lastFailedMigration(vm, rows) === null;
  return { servers: servers.filter(isKnown), rows };
}
