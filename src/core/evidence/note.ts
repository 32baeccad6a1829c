/** Turns what was read and heard into evidence about hosts. */
import type { Core } from '../state.ts';
import type { OwnVolume } from '../volumes.ts';
import type { Heartbeat } from '../wire/datagram.ts';
import type { SlotObservation } from '../wire/observations.ts';
import {
  NO_MAINTENANCE,
  type BlockHeader,
  type BootId,
  type HostName,
  type Maintenance,
  type SlotBody,
} from '../wire/records.ts';
import { noteBoot, sightBoot } from './boots.ts';
import { createHostEvidence, MAX_HOSTS, type HostEvidence, type Said } from './host.ts';
import { lastSlots, type ReadSlot } from './last-slots.ts';
import { noteLeaving, noteStay } from './leaving.ts';
import { newerWord } from './maintenance.ts';
import { endReportsOf } from '../reports/book.ts';
import { hear, networkState, nonceFor, type Heard } from './network-path.ts';
import { noteHearsay } from './term.ts';
import { observe, type Sight, sight, type VolumePath } from './volume-path.ts';

export function evidenceOf(core: Core, host: HostName): HostEvidence | null {
  const known = core.hosts.get(host);
  if (known !== undefined) return known;
  if (host === core.settings.host || core.hosts.size >= MAX_HOSTS) return null;
  const evidence = createHostEvidence(host);
  core.hosts.set(host, evidence);
  return evidence;
}

/** A read showed what was written before `begunMs`, and perhaps what was written before `endedMs`. */
export interface ReadSpan {
  readonly begunMs: number;
  readonly endedMs: number;
}

/** Slots of one volume, read by the own beat; damaged ones leave everything as it is and so age into `unseen`. */
export function noteEvidence(
  core: Core,
  volume: OwnVolume,
  slots: readonly SlotObservation[],
  span: ReadSpan,
): void {
  const { uuid } = volume;
  if (uuid === null) return;
  forgetFreed(core, uuid, slots);
  for (const slot of lastSlots(slots).values()) {
    const evidence = evidenceOf(core, slot.host);
    if (evidence === null) continue;
    noteSlot(core, evidence, uuid, slot, span);
  }
}

function noteSlot(
  core: Core,
  evidence: HostEvidence,
  uuid: string,
  slot: ReadSlot,
  { begunMs, endedMs }: ReadSpan,
): void {
  const { header, body } = slot;
  const { timing } = core.settings;
  const before = evidence.volumes.get(uuid);
  const seen = sight(before, header, timing, endedMs);
  if (seen === 'backwards') return;
  noteReboot(evidence, before, header, seen);
  const path = observe(before, header, seen, endedMs);
  evidence.volumes.set(uuid, path);
  evidence.slotIndex.set(uuid, slot.index);
  evidence.isFreed = false;
  if (slot.authentic) noteHearsay(core, body.termSeen);
  core.master?.intents.note(slot.host, uuid, body, begunMs, path.living);
  if (seen === 'advance') noteLife(evidence, header.boot, endedMs);
  else if (seen !== 'still') sightBoot(evidence, header, timing, endedMs);
  // What has advanced was written after the read before.
  const writtenMs = seen === 'advance' && before !== undefined ? before.readMs - timing.beatMs : null;
  noteWords(evidence, slot, writtenMs, endedMs);
}

/** On one volume alone: what another shows may be older than it looks. */
function noteReboot(
  evidence: HostEvidence,
  before: VolumePath | undefined,
  header: BlockHeader,
  seen: Sight,
): void {
  if (before === undefined || seen === 'still') return;
  if (before.boot === evidence.boot && header.boot !== before.boot)
    evidence.rebooted = { from: before.boot, afterMs: before.readMs };
}

/** What the host says of itself in a slot that was written no earlier than `writtenMs`; null: it may be older than that. */
function noteWords(
  evidence: HostEvidence,
  { header, body, bodyBoot }: ReadSlot,
  writtenMs: number | null,
  endedMs: number,
): void {
  const { said } = evidence;
  // A silent agent's body is what it said before it fell silent.
  const bodyAtMs = endedMs - header.agentSilentMs;
  const isLaterThan = (ms: number): boolean => writtenMs !== null && writtenMs - header.agentSilentMs >= ms;
  const maintenance = newerWord(said?.maintenance ?? NO_MAINTENANCE, body.maintenance);
  const ofThisBoot = bodyBoot === evidence.boot;
  const isNews =
    said === null ||
    // Better than nothing, where its agent has not spoken since the host booted.
    ((ofThisBoot || said.boot !== evidence.boot) &&
      (body.sequence > said.sequence ||
        // A datagram overtakes what the beat still writes.
        (body.sequence === said.sequence && isLaterThan(said.receivedMs))));
  if (!isNews) {
    if (maintenance !== said.maintenance) evidence.said = { ...said, maintenance };
    return;
  }
  // New to this host, and perhaps written before a goodbye that a datagram has brought: that is not taken back by it.
  const isAfterwards = said === null || body.agent !== said.agent || isLaterThan(said.receivedMs);
  evidence.said = saidInSlot(body, bodyBoot, bodyAtMs, maintenance);
  // What a former boot announced, it has done.
  if (ofThisBoot && (body.leaving !== null || isAfterwards))
    noteLeaving(evidence, body.leaving, bodyBoot, endedMs);
}

function saidInSlot(body: SlotBody, boot: BootId, receivedMs: number, maintenance: Maintenance): Said {
  const { address, role, eligible, failureDomain, view, leaving, unjudged, timing, hardwareUuid } = body;
  const { agent, termSeen, fit, sequence } = body;
  return {
    address,
    role,
    eligible,
    failureDomain,
    view,
    leaving,
    unjudged,
    maintenance,
    timing,
    hardwareUuid,
    agent,
    boot,
    termSeen,
    fit,
    receivedMs,
    sequence,
  };
}

/** Another one has been made in its place: what stood on it is gone. */
export function forgetVolume(core: Core, uuid: string): void {
  for (const { volumes, slotIndex } of core.hosts.values())
    for (const known of [volumes, slotIndex]) known.delete(uuid);
}

/**
 * Only an operator frees a slot: a host without any is no member any more, once nobody hears it. Nor is one that never had
 * any, as where all are taken: nothing of it could be written down.
 */
function forgetFreed(core: Core, uuid: string, slots: readonly SlotObservation[]): void {
  const there = new Set(slots.map(({ host }) => host));
  // A damaged slot of nobody knows whom may be anybody's.
  if (there.has(null)) return;
  for (const [host, evidence] of core.hosts) {
    if (there.has(host)) continue;
    if (evidence.volumes.delete(uuid)) evidence.isFreed = evidence.volumes.size === 0;
    evidence.slotIndex.delete(uuid);
    if (!isGone(core, evidence)) continue;
    core.hosts.delete(host);
    core.outbox.push({ do: 'journal', event: 'host-removed', data: { host } });
    core.master?.judgements.delete(host);
    core.master?.incidents.delete(host);
    core.master?.intents.noteRemoved(host, core.now);
    endReportsOf(core, host, `${host} has no slot on any volume: it is no member of the cluster`);
  }
}

/** Of an incident that is open a person is told until it is freed. */
function isGone(core: Core, evidence: HostEvidence): boolean {
  const network = networkState(evidence.network, core.settings.timing.networkLostMs, core.now);
  if (evidence.isFreed) return network !== 'fresh';
  const hasIncident = core.master?.incidents.has(evidence.host) === true;
  return network === 'lost' && !hasIncident && !mayHaveSlot(core, evidence);
}

/** On a volume that is read, or on one that is not. */
function mayHaveSlot({ volumes, settings, now }: Core, evidence: HostEvidence): boolean {
  const { volumeLostMs } = settings.timing;
  return (
    evidence.volumes.size > 0 ||
    [...volumes.values()].some(({ slotsReadMs }) => slotsReadMs === null || now - slotsReadMs > volumeLostMs)
  );
}

/** It showed life in this boot. */
function noteLife(evidence: HostEvidence, boot: BootId, now: number): void {
  noteStay(evidence, boot, now);
  noteBoot(evidence, boot, now);
}

/** Its network may be back before its volumes are: these show the former boot until then, all of them. */
function noteRebootHeard(evidence: HostEvidence, boot: BootId): void {
  const { boot: former, volumes, formerBoots } = evidence;
  if (former === null || former === boot || volumes.size === 0 || formerBoots.has(boot)) return;
  const paths = [...volumes.values()];
  if (paths.every((path) => path.boot === former))
    evidence.rebooted = { from: former, afterMs: Math.max(...paths.map(({ readMs }) => readMs)) };
}

export function noteHeartbeat(
  core: Core,
  beat: Heartbeat,
): { readonly heard: Heard; readonly nonce: string } | null {
  const evidence = evidenceOf(core, beat.host);
  if (evidence === null) return null;
  const lastMs = evidence.network.heardMs;
  const heard = hear(evidence.network, beat, core.random, core.now);
  if (heard === 'life') {
    if (lastMs === null || core.now - lastMs >= core.settings.timing.networkLostMs)
      evidence.network.sinceMs = core.now;
    noteRebootHeard(evidence, beat.boot);
    noteLife(evidence, beat.boot, core.now);
    evidence.said = saidInHeartbeat(beat, evidence.said, core.now);
    noteLeaving(evidence, beat.body.leaving, beat.boot, core.now);
  }
  // A replayed datagram of somebody else's life must not take the nonce of this one away.
  const nonce = heard === 'life' ? evidence.network.nonce : nonceFor(evidence.network);
  return { heard, nonce };
}

function saidInHeartbeat({ body, agent, boot, term }: Heartbeat, former: Said | null, now: number): Said {
  const { address, role, eligible, view, leaving, timing } = body;
  return {
    address,
    role,
    eligible,
    failureDomain: former?.failureDomain ?? null,
    view,
    leaving,
    unjudged: former?.boot === boot ? former.unjudged : null,
    // Said in slots alone: whoever has it to say can write them, and a master reads them.
    maintenance: former?.maintenance ?? NO_MAINTENANCE,
    timing,
    hardwareUuid: former?.hardwareUuid ?? null,
    agent,
    boot,
    termSeen: term,
    fit: former?.fit ?? eligible,
    receivedMs: now,
    sequence: former?.sequence ?? 0,
  };
}
