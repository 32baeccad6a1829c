/**
 * The new life of a host that was declared failed. A proof tells of the life that it was found for: when the host has
 * been back and falls silent again, nothing is done on the old proof's ground.
 */
import { NO_BOOT } from '../wire/records.ts';
import type { HostEvidence } from '../evidence/host.ts';
import { reportedSince } from '../evidence/nova-witness.ts';
import type { Task } from '../lib/task.ts';
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import type { Facts } from '../verdict/facts.ts';
import { askCloud } from './ask-cloud.ts';
import { hold } from './holds.ts';
import { type Comeback, type Incident, writeRecord } from './incident.ts';
import { findProof } from './proof.ts';
import { BUSY_ROUND_MS, held, notWritten, novaUnreadable, type RoundEnd } from './round-end.ts';
import { highestId } from './rows.ts';

/** The host was seen back just now; with yet another boot its guests are gone once more. */
export function noteComeback(core: Core, incident: Incident, { boot }: HostEvidence): Comeback | null {
  if (boot !== null && incident.back?.boot !== boot) {
    incident.back = { boot, sinceMs: core.now, reported: false };
    incident.confirmedAgainBy = null;
  }
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
  // Seen by this master, or told by its slot: a former master may have seen it come and go.
  const newerLife =
    (back !== null && back.boot !== record.victimBoot) ||
    (evidence.boot !== null && record.victimBoot !== NO_BOOT && evidence.boot !== record.victimBoot);
  // Both mean that it was back, whoever was master then.
  if (!newerLife && record.proof !== 'reboot' && record.phase !== 'returning') return null;
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
    ...(afresh
      ? { migrationIdAtDeclaration: Math.max(record.migrationIdAtDeclaration ?? 0, highestId(rows.value)) }
      : {}),
  });
  if (!written) return notWritten(core, incident);
  if (afresh) Object.assign(incident, { sent: false, before: null }).vms.clear();
  incident.back = null;
  return null;
}
