/** Telling nova that a host is dead, and undoing exactly what Vigil told it. */
import { noteTouched } from '../evidence/nova-witness.ts';
import type { Task } from '../lib/task.ts';
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import type { HostName } from '../wire/records.ts';
import { askCloud } from './ask-cloud.ts';
import { mayAct } from './check-ground.ts';
import { hold } from './holds.ts';
import { writeRecord, type Incident } from './incident.ts';
import { BUSY_ROUND_MS, held, IDLE_ROUND_MS, notWritten, type RoundEnd, unlicensed } from './round-end.ts';

/** Null when nova has the host forced down; the cell says first who did it, so that nobody undoes another's. */
export function* forceDown(core: Core, master: Mastership, incident: Incident): Task<RoundEnd | null> {
  const { victim, forcedDownBy } = incident.record;
  if (forcedDownBy === 'somebody-else' || (forcedDownBy === 'vigil' && isForcedDown(core, victim)))
    return null;
  const service = core.nova.services.find(({ host }) => host === victim);
  if (service === undefined) {
    if (core.hosts.get(victim)?.said?.role === 'control') return null;
    return held(hold('not-a-compute-host', `nova knows no compute service of ${victim}`), IDLE_ROUND_MS);
  }
  if (forcedDownBy === null) {
    const by = service.forcedDown ? 'somebody-else' : 'vigil';
    if (!(yield* writeRecord(core, master, incident, { forcedDownBy: by })))
      return notWritten(core, incident);
  }
  if (service.forcedDown) return null;
  const against = yield* mayAct(core, master, incident, ['evacuating'], null);
  if (against !== null) return unlicensed(core, against);
  const refused = yield* setForcedDown(core, victim, true);
  return refused === null ? null : held(hold('force-down-refused', refused), BUSY_ROUND_MS);
}

function isForcedDown(core: Core, host: HostName): boolean {
  return core.nova.services.find((service) => service.host === host)?.forcedDown ?? false;
}

/** Null on success, else why not, in words. */
export function* setForcedDown(core: Core, host: HostName, forcedDown: boolean): Task<string | null> {
  const service = core.nova.services.find((candidate) => candidate.host === host);
  if (service === undefined) return `nova knows no compute service of ${host}`;
  noteTouched(core.nova, host, core.now);
  const answer = yield* askCloud(core, { call: 'force-down', serviceId: service.id, forcedDown });
  noteTouched(core.nova, host, core.now);
  if (!answer.ok) return answer.failure.detail;
  core.nova.services = core.nova.services.map((known) =>
    known.host === host ? { ...known, forcedDown: answer.value.forcedDown } : known,
  );
  return answer.value.forcedDown === forcedDown ? null : 'nova answered, but still shows the former value';
}
