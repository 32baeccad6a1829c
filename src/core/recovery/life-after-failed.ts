/** A failed host shows life with its old boot: its proof was wrong, whatever it was. */
import type { Task } from '../lib/task.ts';
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import { hold, type Hold } from './holds.ts';
import { writeRecord, type Incident } from './incident.ts';
import { BUSY_ROUND_MS, go, held, notWritten, type RoundEnd } from './round-end.ts';

/** Stops everything further, also when it falls silent again. */
export function* afterLife(core: Core, master: Mastership, incident: Incident): Task<RoundEnd> {
  if (incident.sent) {
    incident.confirmedAgainBy = null;
    if (
      incident.record.hold !== 'life-after-failed' &&
      !(yield* writeRecord(core, master, incident, { hold: 'life-after-failed' }))
    )
      return notWritten(core, incident);
    return held(lifeAfterFailed(incident), BUSY_ROUND_MS);
  }
  // Nothing was begun on the ground of that proof; what ends the incident, or proves it anew, is as after a verdict.
  const change = { phase: 'proving', proof: null, confirmedBy: null } as const;
  return (yield* writeRecord(core, master, incident, change)) ? go(0) : notWritten(core, incident);
}

function lifeAfterFailed({ record, vms }: Incident): Hold {
  const moved = [...vms.values()].filter(({ state }) => state !== 'not-recovered' && state !== 'waiting');
  const names = moved.map(
    ({ name, vm, target }) => `${name} (${vm})${target === null ? '' : ` also on ${target}`}`,
  );
  const words = `${record.victim} was declared failed and showed life with the same boot; these VMs may run twice: ${names.join(', ') || 'unknown'}`;
  return hold('life-after-failed', words);
}

/** Its proof was wrong once: now only somebody's name will do. Null when it was given. */
export function* releaseAfterLife(core: Core, master: Mastership, incident: Incident): Task<RoundEnd | null> {
  const { confirmedAgainBy } = incident;
  if (confirmedAgainBy === null) return held(lifeAfterFailed(incident), BUSY_ROUND_MS);
  const change = { hold: null, proof: 'operator', confirmedBy: confirmedAgainBy } as const;
  return (yield* writeRecord(core, master, incident, change)) ? null : notWritten(core, incident);
}
