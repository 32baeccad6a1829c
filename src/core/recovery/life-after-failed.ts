/** A failed host shows life with its old boot: its proof was wrong, whatever it was. */
import type { HostEvidence } from '../evidence/host.ts';
import type { Task } from '../lib/task.ts';
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import type { BootId } from '../wire/records.ts';
import { hold, type Hold } from './holds.ts';
import { writeRecord, type Incident } from './incident.ts';
import { hasLooked } from './looked.ts';
import { noteSentOn } from './moved.ts';
import { BUSY_ROUND_MS, go, held, notWritten, type RoundEnd } from './round-end.ts';

/** Stops everything further, also when it falls silent again. */
export function* afterLife(
  core: Core,
  master: Mastership,
  incident: Incident,
  evidence: HostEvidence,
): Task<RoundEnd> {
  const { victimBoot, hold: known } = incident.record;
  if (isBegun(incident) && showsLife(core, evidence, victimBoot)) {
    incident.confirmedAgainBy = null;
    if (
      known !== 'life-after-failed' &&
      !(yield* writeRecord(core, master, incident, { hold: 'life-after-failed' }))
    )
      return notWritten(core, incident);
    yield* noteSentOn(core, master, incident);
    return held(lifeAfterFailed(incident), BUSY_ROUND_MS);
  }
  if (evidence.boot !== victimBoot) return held(twoLives(incident), BUSY_ROUND_MS);
  const { beforeAgain } = incident;
  // What ends the incident, or proves it anew, is as after a verdict; a new life that goes on has still to be seen to.
  const change = beforeAgain?.record ?? ({ phase: 'proving', proof: null, confirmedBy: null } as const);
  if (!(yield* writeRecord(core, master, incident, { ...change, hold: null })))
    return notWritten(core, incident);
  incident.isProofOver = false;
  if (beforeAgain !== null) {
    // What was settled in the life that goes on stays so: its owner may have stopped it since.
    for (const work of beforeAgain.works) incident.vms.set(work.vm, work);
    Object.assign(incident, { before: beforeAgain.before, beforeAgain: null, toRun: new Map() });
  }
  return go(0);
}

/** Another boot may be what lives on beside its newest one: it was itself a new life, and has ended in a hurry. */
function showsLife({ now, settings }: Core, { boot, formerBoots }: HostEvidence, which: BootId): boolean {
  const lifeMs = formerBoots.get(which)?.lifeMs ?? null;
  return boot === which || (lifeMs !== null && now - lifeMs < settings.timing.networkLostMs);
}

/** May a VM run elsewhere by now, or on another machine of this name? */
function isBegun({ sent, vms }: Incident): boolean {
  return sent || [...vms.values()].some(({ inPlace }) => inPlace.tries > 0);
}

/** Its new boot lives, and one that should be over: which is its own shows when one of them falls silent. */
export function twoLives({ record }: Incident): Hold {
  return hold('life-signs', `${record.victim} shows life in two boots: two machines may run under its name`);
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
export function* releaseAfterLife(
  core: Core,
  master: Mastership,
  incident: Incident,
  evidence: HostEvidence,
): Task<RoundEnd | null> {
  const { confirmedAgainBy } = incident;
  if (confirmedAgainBy === null || !hasLooked(core, evidence)) {
    yield* noteSentOn(core, master, incident);
    return held(lifeAfterFailed(incident), BUSY_ROUND_MS);
  }
  const change = { hold: null, proof: 'operator', confirmedBy: confirmedAgainBy } as const;
  incident.isProofOver = false;
  return (yield* writeRecord(core, master, incident, change)) ? null : notWritten(core, incident);
}
