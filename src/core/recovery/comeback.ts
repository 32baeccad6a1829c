/**
 * The new life of a host that was declared failed. A proof tells of the life that it was found for: when the host has
 * been back and falls silent again, nothing is done on the old proof's ground.
 */
import type { HostEvidence } from '../evidence/host.ts';
import { reportedSince } from '../evidence/nova-witness.ts';
import { plannedSilence } from '../evidence/planned-silence.ts';
import type { Task } from '../lib/task.ts';
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import type { Facts } from '../verdict/facts.ts';
import { askCloud } from './ask-cloud.ts';
import { hold } from './holds.ts';
import { type Comeback, type Incident, writeRecord } from './incident.ts';
import { hasNewLife } from './life.ts';
import { findProof } from './proof.ts';
import { BUSY_ROUND_MS, held, notWritten, novaUnreadable, type RoundEnd } from './round-end.ts';
import { highestId } from './rows.ts';

/** The host was seen back just now; with yet another boot its guests are gone once more. */
export function noteComeback(core: Core, incident: Incident, { boot }: HostEvidence): Comeback | null {
  // Somebody's word that it had died told of a silence that is over.
  incident.confirmedAgainBy = null;
  if (boot !== null && incident.back?.boot !== boot)
    incident.back = { boot, sinceMs: core.now, reported: false };
  return incident.back;
}

/** Has nova-compute reported to nova since its host booted? Until then nova tells of the life before. */
export function hasReported(core: Core, incident: Incident, back: Comeback): boolean {
  back.reported ||= reportedSince(core.nova, incident.record.victim, back.sinceMs);
  return back.reported;
}

/** Of a silent host: null when the proof covers its last life, else why it has to wait. */
export function* proveAgain(
  core: Core,
  master: Mastership,
  incident: Incident,
  evidence: HostEvidence,
  facts: Facts,
): Task<RoundEnd | null> {
  const { record, back } = incident;
  if (!hasNewLife(incident, evidence.boot)) return null;
  const planned = plannedSilence(evidence, core.now);
  if (planned !== null && incident.confirmedAgainBy === null)
    return held(
      hold('planned-work', `${record.victim} was back and is silent again: ${planned}`),
      BUSY_ROUND_MS,
    );
  const found = findProof(core, { ...record, confirmedBy: incident.confirmedAgainBy }, evidence, facts);
  if (found.proof === null) {
    const words = `${record.victim} was back with a new boot and is silent again; no proof that this life ended: ${found.lacking}`;
    return held(hold('no-proof', words), BUSY_ROUND_MS);
  }
  const rows = yield* askCloud(core, { call: 'list-host-migrations', host: record.victim });
  if (!rows.ok) return novaUnreadable(rows.failure.detail);
  // While it returned nothing was under way: what follows is as after a first failure.
  const afresh = record.phase === 'returning';
  const written = yield* writeRecord(core, master, incident, {
    phase: 'evacuating',
    proof: found.proof,
    hold: null,
    confirmedBy: incident.confirmedAgainBy,
    victimBoot: back?.boot ?? evidence.boot ?? record.victimBoot,
    ...(afresh ? { migrationIdAtDeclaration: highestId(rows.value) } : {}),
  });
  if (!written) return notWritten(core, incident);
  if (afresh) Object.assign(incident, { sent: false, before: null }).vms.clear();
  incident.back = null;
  return null;
}
