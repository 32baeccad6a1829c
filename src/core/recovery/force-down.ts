/** Telling nova that a host is dead, and undoing exactly what Vigil told it. */
import { noteTouched } from '../evidence/nova-witness.ts';
import { toldReboot } from '../evidence/own-reboot.ts';
import type { Task } from '../lib/task.ts';
import { factsOf } from '../verdict/facts-now.ts';
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import type { BootId, ForcedDownBy, HostName } from '../wire/records.ts';
import { askCloud, NOVA_DEADLINE_MS } from './ask-cloud.ts';
import { mayAct } from './check-ground.ts';
import { mayStillHappen } from './cloud.ts';
import { hold } from './holds.ts';
import { writeRecord, type Incident } from './incident.ts';
import { isFresh } from './life.ts';
import { hasLooked } from './looked.ts';
import { freshServices } from './reading.ts';
import { stillSentMs, unansweredMs } from './still-sent.ts';
import { unless } from './unless.ts';
import {
  BUSY_ROUND_MS,
  go,
  held,
  IDLE_ROUND_MS,
  notWritten,
  novaUnreadable,
  type RoundEnd,
  unlicensed,
} from './round-end.ts';

/** Null when nova has the host forced down; the cell says first who did it, so that nobody undoes another's. */
export function* forceDown(
  core: Core,
  master: Mastership,
  incident: Incident,
  isUrgent: () => boolean,
): Task<RoundEnd | null> {
  const { victim, forcedDownBy } = incident.record;
  if (forcedDownBy === 'somebody-else' || (forcedDownBy !== null && isForcedDown(core, victim))) return null;
  const service = core.nova.services.find(({ host }) => host === victim);
  if (service === undefined) {
    if (core.hosts.get(victim)?.said?.role === 'control') return null;
    return held(hold('not-a-compute-host', `nova knows no compute service of ${victim}`), IDLE_ROUND_MS);
  }
  // nova took its time: a host that is back is not to be forced down any more.
  if (isHeard(core, victim)) return go(0);
  if (forcedDownBy !== 'vigil-asked') {
    const by = service.forcedDown ? 'somebody-else' : 'vigil-asked';
    if (!(yield* writeRecord(core, master, incident, { forcedDownBy: by })))
      return notWritten(core, incident);
  }
  if (service.forcedDown) return null;
  const against = yield* mayAct(core, master, incident, { phases: ['evacuating'], boot: null });
  if (against !== null) return unlicensed(core, against);
  if (isHeard(core, victim)) return go(0);
  // Signs of life do not wait for nova.
  const asked = yield* unless(core, master, isUrgent, setForcedDown(core, incident, true), true);
  if (asked === null) return go(0);
  return asked.value === null ? null : held(hold('force-down-refused', asked.value), BUSY_ROUND_MS);
}

/** By anybody. */
function isHeard(core: Core, victim: HostName): boolean {
  const evidence = core.hosts.get(victim);
  return (
    evidence !== undefined &&
    (showsLife(core, victim) ||
      factsOf(core, evidence).witness !== 'none-alive' ||
      !hasLooked(core, evidence))
  );
}

function showsLife(core: Core, victim: HostName): boolean {
  const evidence = core.hosts.get(victim);
  return evidence !== undefined && isFresh(factsOf(core, evidence));
}

/**
 * Undoes what Vigil did to a host that lives, in this boot. Null when nova shows that it is undone; once no late request
 * can change that any more, it is forgotten: who forces the host down from then on is somebody else.
 */
export function* forceUp(
  core: Core,
  master: Mastership,
  incident: Incident,
  boot: BootId,
): Task<RoundEnd | null> {
  const { victim, phase } = incident.record;
  if (!wasVigil(incident)) return null;
  const unread = yield* freshServices(core);
  if (unread !== null) return novaUnreadable(unread);
  if (mayBeLeftOut(core, incident)) return go(BUSY_ROUND_MS);
  if (isForcedDown(core, victim)) {
    const against = yield* mayAct(core, master, incident, { phases: [phase], boot });
    if (against !== null) return unlicensed(core, against);
    const refused = yield* setForcedDown(core, incident, false);
    if (refused !== null) return held(hold('force-up-refused', refused), BUSY_ROUND_MS);
  }
  // What was read before then tells nothing of a request that was on its way.
  if ((core.nova.readMs ?? 0) < incident.forceDownOpenMs) return null;
  const written = yield* writeRecord(core, master, incident, { forcedDownBy: null });
  return written ? null : notWritten(core, incident);
}

/** Nor does a database that fails over leave it out for so long. */
const LEFT_OUT_MS = 60_000;

/** One that nova does not list was deleted, or is not forced up by that: of a list as of the others, see doubt.ts. */
function mayBeLeftOut({ nova }: Core, incident: Incident): boolean {
  const { services, readMs } = nova;
  if (services.some(({ host }) => host === incident.record.victim)) incident.leftOutMs = null;
  else incident.leftOutMs ??= readMs;
  return incident.leftOutMs !== null && (readMs ?? 0) - incident.leftOutMs < LEFT_OUT_MS;
}

/**
 * The end of an incident of a host that lives, in this boot: not before all that nova was told of it is over. Should it have
 * booted once more while nova took its time, or do so while this is written, that is another reboot to whoever judges it.
 */
export function* close(core: Core, master: Mastership, incident: Incident, boot: BootId): Task<RoundEnd> {
  const { victim, victimBoot } = incident.record;
  const evidence = core.hosts.get(victim);
  if (evidence?.boot !== boot || !showsLife(core, victim)) return go(0);
  if (wasVigil(incident)) {
    const words = `nova was told that ${victim} is down and may not have done so yet; it would stay so after the incident`;
    return held(hold('force-down-open', words), BUSY_ROUND_MS);
  }
  if (master.openStarts.anyOn(victim, core.now)) {
    const words = `nova may still start VMs of ${victim} in place, as it was asked to without an answer; after the incident nobody would know`;
    return held(hold('start-open', words), BUSY_ROUND_MS);
  }
  // By what the host says itself: with its last life all before that were seen to, whoever was master then.
  const ended = boot === victimBoot ? null : toldReboot(evidence);
  const change = { phase: 'closed', victimBoot: ended ?? victimBoot } as const;
  if (!(yield* writeRecord(core, master, incident, change))) return notWritten(core, incident);
  const judgement = master.judgements.get(victim);
  if (judgement !== undefined) master.judgements.set(victim, { ...judgement, boot });
  return go(0);
}

/** What the record is to say once a round has ended: a successor need not wait for what nova has answered. */
export function forcedDownSince(core: Core, { record, forceDownOpenMs }: Incident): ForcedDownBy | null {
  const isOver = record.forcedDownBy === 'vigil-asked' && core.now >= forceDownOpenMs;
  return isOver ? 'vigil' : record.forcedDownBy;
}

function wasVigil({ record: { forcedDownBy } }: Incident): boolean {
  return forcedDownBy === 'vigil-asked' || forcedDownBy === 'vigil';
}

function isForcedDown(core: Core, host: HostName): boolean {
  return core.nova.services.find((service) => service.host === host)?.forcedDown ?? false;
}

/** Null on success, else why not, in words. */
function* setForcedDown(core: Core, incident: Incident, forcedDown: boolean): Task<string | null> {
  const { victim } = incident.record;
  const service = core.nova.services.find(({ host }) => host === victim);
  if (service === undefined) return `nova knows no compute service of ${victim}`;
  noteTouched(core.nova, victim, core.now);
  const openBeforeMs = incident.forceDownOpenMs;
  // The round may end before the answer is there.
  const unansweredUntilMs =
    core.now + NOVA_DEADLINE_MS + core.settings.timing.beatMs + unansweredMs(core.settings);
  if (forcedDown) incident.forceDownOpenMs = unansweredUntilMs;
  const answer = yield* askCloud(core, { call: 'force-down', serviceId: service.id, forcedDown });
  noteTouched(core.nova, victim, core.now);
  const isDone = answer.ok && answer.value.forcedDown === forcedDown;
  const isOpen = !isDone && (answer.ok || mayStillHappen(answer.failure));
  // Unless it was asked for once more meanwhile.
  if (forcedDown && incident.forceDownOpenMs === unansweredUntilMs)
    incident.forceDownOpenMs = isOpen
      ? core.now + stillSentMs(answer) + core.settings.timing.openRequestMs
      : openBeforeMs;
  if (!answer.ok) return answer.failure.detail;
  core.nova.services = core.nova.services.map((known) =>
    known.host === victim ? { ...known, forcedDown: answer.value.forcedDown } : known,
  );
  return isDone ? null : 'nova answered, but still shows the former value';
}
