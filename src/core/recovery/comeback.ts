/**
 * The new life of a host that was declared failed. A proof tells of the life that it was found for: when the host has
 * been back and falls silent again, nothing is done on the old proof's ground.
 */
import type { HostEvidence } from '../evidence/host.ts';
import { reportedSince } from '../evidence/nova-witness.ts';
import { plannedSilence } from '../evidence/planned-silence.ts';
import type { Task } from '../lib/task.ts';
import { countForBrake } from '../master/brake-count.ts';
import { factsOf } from '../verdict/facts-now.ts';
import { noteLifeSigns } from '../master/life-signs.ts';
import type { Mastership } from '../master/mastership.ts';
import type { Core } from '../state.ts';
import { brake } from '../verdict/brake.ts';
import type { BootId, Proof } from '../wire/records.ts';
import { askCloud } from './ask-cloud.ts';
import { hold, type HoldCode } from './holds.ts';
import { type BeforeAgain, type Comeback, type Incident, writeProof, writeRecord } from './incident.ts';
import { afterLife, releaseAfterLife } from './life-after-failed.ts';
import { hasNewLife, isAlive, isBackWithNewBoot, isFresh } from './life.ts';
import { hasLooked, listening } from './looked.ts';
import { beginNextLife } from './next-life.ts';
import { findProof } from './proof.ts';
import { BUSY_ROUND_MS, go, held, notWritten, novaUnreadable, type RoundEnd } from './round-end.ts';
import { highestId } from './rows.ts';

/** The host was seen back just now; with yet another boot its guests are gone once more. */
function noteComeback(core: Core, incident: Incident, { boot }: HostEvidence): void {
  // Somebody's word that it had died told of a silence that is over.
  incident.confirmedAgainBy = null;
  incident.isProofOver = false;
  const { back } = incident;
  if (boot === null || back?.boot === boot) return;
  incident.back = { boot, sinceMs: core.now, reported: false };
  if (back !== null) beginNextLife(incident, back, core.now);
}

/** Has nova-compute reported to nova since its host booted? Until then nova tells of the life before. */
export function hasReported(core: Core, incident: Incident, back: Comeback): boolean {
  back.reported ||= reportedSince(core.nova, incident.record.victim, back.sinceMs);
  return back.reported;
}

/** What its life, or its silence, allows. Null: it is back with a new boot, or silent with proof for its last life. */
export function* lookAtLife(
  core: Core,
  master: Mastership,
  incident: Incident,
  evidence: HostEvidence,
): Task<RoundEnd | null> {
  const { record } = incident;
  const facts = factsOf(core, evidence);
  if (isBackWithNewBoot(record, evidence, facts)) {
    noteComeback(core, incident, evidence);
    return null;
  }
  if (isAlive(record, evidence, facts)) return yield* afterLife(core, master, incident, evidence);
  if (record.hold === 'life-after-failed') {
    noteLifeSigns(core, master, evidence, facts);
    const released = yield* releaseAfterLife(core, master, incident, evidence);
    if (released !== null) return released;
  }
  if (facts.witness !== 'none-alive') {
    noteLifeSigns(core, master, evidence, facts);
    const words = `${record.victim} shows life (${facts.witnesses.join(', ')}), of unknown boot`;
    return held(hold('life-signs', words), BUSY_ROUND_MS);
  }
  if (!hasLooked(core, evidence)) return listening(core, incident);
  if (incident.isProofOver && !hasNewLife(incident, evidence.boot)) {
    const waits = yield* findProofAnew(core, master, incident, evidence);
    if (waits !== null) return waits;
  }
  return yield* proveAgain(core, master, incident, evidence);
}

/** A proof is of the silence in which it was found: of the one that follows a sign of life it says nothing. */
function* findProofAnew(
  core: Core,
  master: Mastership,
  incident: Incident,
  evidence: HostEvidence,
): Task<RoundEnd | null> {
  const { record, confirmedAgainBy: confirmedBy } = incident;
  const found = findProof(core, { ...record, confirmedBy }, evidence, factsOf(core, evidence));
  if (found.proof === null) {
    const words = `${record.victim} has shown life since its death was proven: ${found.lacking}`;
    return held(hold('no-proof', words), BUSY_ROUND_MS);
  }
  // Should it show life while that is written, that counts again.
  Object.assign(incident, { isProofOver: false, confirmedAgainBy: null });
  const change = { proof: found.proof, confirmedBy, hold: null };
  return (yield* writeRecord(core, master, incident, change)) ? null : notWritten(core, incident);
}

/** Of a silent host: null when the proof covers its last life, else why it has to wait. */
function* proveAgain(
  core: Core,
  master: Mastership,
  incident: Incident,
  evidence: HostEvidence,
): Task<RoundEnd | null> {
  const { record, back } = incident;
  if (!hasNewLife(incident, evidence.boot)) return null;
  const before = findAgain(core, master, incident, evidence);
  if (typeof before !== 'string') {
    if (before.hold !== null) noteSilentAgain(incident);
    return before;
  }
  const rows = yield* askCloud(core, { call: 'list-host-migrations', host: record.victim });
  if (!rows.ok) return novaUnreadable(rows.failure.detail);
  // nova took its time.
  const proof = findAgain(core, master, incident, evidence);
  if (typeof proof !== 'string') return proof;
  // To the brake, and to what waits for Q, it fails just now: others ask while this is being written.
  incident.declaredMs = core.now;
  incident.isProofOver = false;
  master.declaredMs.set(record.victim, core.now);
  // While it returned nothing was under way: what follows is as after a first failure.
  const afresh = record.phase === 'returning';
  const beforeAgain = beforeAgainOf(incident);
  const written = yield* writeProof(core, master, incident, {
    phase: 'evacuating',
    proof,
    hold: null,
    confirmedBy: incident.confirmedAgainBy,
    victimBoot: lastBootOf(incident, evidence),
    ...(afresh
      ? { migrationIdAtDeclaration: Math.max(record.migrationIdAtDeclaration ?? 0, highestId(rows.value)) }
      : {}),
  });
  if (!written) return notWritten(core, incident);
  incident.beforeAgain = beforeAgain;
  if (afresh) {
    const toRun = wereToRun(incident);
    Object.assign(incident, { before: null, toRun }).vms.clear();
  }
  // While it was seen back nothing was sent, and what was sent before was for a life that is over.
  if (afresh || back !== null) incident.sent = false;
  incident.back = null;
  return null;
}

/** Read late, a slot may tell of the former boot once more. */
function lastBootOf({ record, back }: Incident, { boot }: HostEvidence): BootId {
  return boot !== null && boot !== record.victimBoot ? boot : (back?.boot ?? record.victimBoot);
}

/** What ran there in its new life is not known to run any more; should that life go on, it is shown as it was. */
function noteSilentAgain({ record: { victim }, vms }: Incident): void {
  for (const work of vms.values())
    if (work.state === 'recovered' && work.target === victim)
      Object.assign(work, { state: 'waiting', reason: `${victim} was back and is silent again` });
}

/** Of those that ran when it first failed, and have not been settled since: what nova said of them then. */
function wereToRun({ before, toRun, vms, back }: Incident): Incident['toRun'] {
  const known = new Map(toRun);
  for (const server of before?.servers ?? []) if (server.vmState === 'active') known.set(server.vm, server);
  for (const { vm, inPlace } of vms.values())
    if (back !== null && inPlace.settledInBoot === back.boot) known.delete(vm);
  return known;
}

function beforeAgainOf({ record, before, vms }: Incident): BeforeAgain {
  const { phase, victimBoot, proof, confirmedBy } = record;
  return { record: { phase, victimBoot, proof, confirmedBy }, before, works: [...vms.values()] };
}

/** The proof that its new life has ended, too, as after a first failure: unless that was announced, and under the brake. */
function findAgain(
  core: Core,
  master: Mastership,
  incident: Incident,
  evidence: HostEvidence,
): Proof | RoundEnd {
  const { record, confirmedAgainBy } = incident;
  const facts = factsOf(core, evidence);
  if (isFresh(facts)) return go(0);
  if (!hasLooked(core, evidence)) return listening(core, incident);
  const wait = (code: HoldCode, why: string): RoundEnd =>
    held(hold(code, `${record.victim} was back and is silent again: ${why}`), BUSY_ROUND_MS);
  const planned = plannedSilence(evidence, core.now);
  if (planned !== null && confirmedAgainBy === null) return wait('planned-work', planned);
  const found = findProof(core, { ...record, confirmedBy: confirmedAgainBy }, evidence, facts);
  if (found.proof === null) return wait('no-proof', `no proof that this life ended: ${found.lacking}`);
  const stop = brake(countForBrake(core, master, record.victim), found.proof);
  return stop === null ? found.proof : wait('brake', stop);
}
