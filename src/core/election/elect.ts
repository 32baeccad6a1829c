/** The lease beat by beat: when to claim, renew, step down and give back. */
import type { Renewal, ClaimEnd } from '../coordination/port.ts';
import { isUnfit } from '../evidence/observer.ts';
import { start, type Task } from '../lib/task.ts';
import { isFit, missesMasterMs } from '../link/link.ts';
import { createMastership } from '../master/mastership.ts';
import { takeOver } from '../master/take-over.ts';
import { hasOpenIncident, readOwnIncident } from '../operator/own-incident.ts';
import { dropMasterReports, noteHeritage } from '../reports/book.ts';
import { endSuspectingMyself } from '../reports/suspecting-myself.ts';
import type { Core } from '../state.ts';
import { watching } from './lease.ts';
import { deferenceToSeeing } from './placement.ts';

/** Each beat. */
export function elect(core: Core): void {
  watchSlots(core);
  if (!core.settings.eligible) return;
  // A master has taken over what there was.
  if (core.reports.former !== null) noteHeritage(core, core.coordination.lease.heritage(core));
  switch (core.lease.phase) {
    case 'watching':
      considerClaim(core);
      return;
    case 'claiming':
      return;
    case 'holding':
      if (core.maintenance.declared !== null)
        start(giveBack(core, 'maintenance was declared', core.settings.timing.leaseMs), () => true);
      else if (core.termSeen > core.lease.term)
        // Whoever has seen it listens to no lower one. The next claim is above it.
        start(giveBack(core, `term ${core.termSeen} was seen, above its own`, 0), () => true);
      else renew(core);
      return;
  }
}

/** At each input: the lease may run out between beats. */
export function checkLease(core: Core): void {
  if (core.lease.phase !== 'holding' || core.coordination.lease.remainingMs(core) > 0) return;
  stepDown(core, 'the lease could not be renewed in time');
}

/** Where there are more, thousands of hosts that all miss the master at once do not read all of them. */
const NEIGHBOUR_SLOTS_MAX = 1_024;

/**
 * The lease is read always, the slots from the moment the master is missed, so that a new one need not start from zero. A host
 * that cannot be master reads them only until it knows whom to ask: it can tell of neighbours that no master hears.
 */
function watchSlots(core: Core): void {
  const { timing, eligible } = core.settings;
  const isMissed =
    core.lease.phase !== 'watching' || missesMasterMs(core) >= timing.suspectMs || !holderMoves(core);
  const missed = isMissed && (eligible || !knowsNeighbours(core));
  for (const volume of core.volumes.values()) {
    const slots = missed && (eligible || (volume.superblock?.slots ?? 0) <= NEIGHBOUR_SLOTS_MAX);
    if (!volume.connected || volume.watching === slots) continue;
    volume.watching = slots;
    core.outbox.push({ do: 'watch', volume: volume.name, slots });
  }
}

/** Somebody else than the master it follows. */
function knowsNeighbours({ hosts, link }: Core): boolean {
  return [...hosts.values()].some(({ host, said }) => said !== null && host !== link.master?.host);
}

function holderMoves(core: Core): boolean {
  const { timing } = core.settings;
  const holder = core.coordination.lease.holder(core);
  return holder !== null && core.now - holder.movedMs <= timing.suspectMs + timing.beatMs;
}

/** What a host whose own incident is open leaves to all others: it is to be judged by them, if there are any. */
export const LAST_RESORT_MS = 60_000;

function considerClaim(core: Core): void {
  const { lease, settings, now } = core;
  if (lease.phase !== 'watching' || core.leaving !== null || now < lease.notBeforeMs) return;
  const { timing } = settings;
  if (core.maintenance.declared !== null) return;
  if (isUnfit(core.observer, timing, now) || core.ownIncident === 'unread') return;
  if (!core.coordination.lease.isVacant(core)) {
    if (lease.wantedSinceMs !== null) core.lease = { ...lease, wantedSinceMs: null };
    return;
  }
  if (lease.wantedSinceMs === null) {
    // Equals are told apart by chance.
    core.lease = { ...lease, wantedSinceMs: now, staggerMs: core.random.below(timing.beatMs) };
  } else if (now - lease.wantedSinceMs >= lease.staggerMs + deferenceMs(core)) {
    start(tryToClaim(core), () => true);
  }
}

/** For how long this host leaves the lease to others that may be better placed, as things are now. */
function deferenceMs(core: Core): number {
  const { leaseMs } = core.settings.timing;
  return (
    // It hears nobody, or has not asked yet.
    (isFit(core) ? 0 : 2 * leaseMs) +
    // A master does not judge itself: who has VMs to be started again needs another one.
    (core.ownReboot.unjudged === null ? 0 : 2 * leaseMs) +
    deferenceToSeeing(core) +
    (hasOpenIncident(core) ? LAST_RESORT_MS : 0)
  );
}

function* tryToClaim(core: Core): Task<void> {
  const { timing } = core.settings;
  const store = core.coordination.lease;
  const sawPreviousHolder = store.sawHolder(core);
  const former = store.former(core);
  const formerUntilMs = former?.renewedMs ?? core.now - missesMasterMs(core);
  core.lease = { phase: 'claiming', term: core.termSeen + 1, begunMs: core.now };
  const ended = yield* claimUnlessJudged(core);
  if (core.leaving !== null || !ended.won) {
    const why = ended.won ? 'the agent is stopping' : ended.why;
    const term = core.lease.phase === 'claiming' ? core.lease.term : core.termSeen;
    core.outbox.push({ do: 'journal', event: 'claim-withdrawn', data: { term, why } });
    // Its writes come late, over the claims of others, and each costs them the lease: it leaves them time for one.
    const leftMs = !ended.won && ended.tooSlow ? 2 * timing.leaseMs : 0;
    core.lease = watching(core.now + leftMs + core.random.below(timing.claimBackoffMsMax));
    if (ended.won || ended.wrote) yield* store.release(core, term);
    return;
  }
  core.termSeen = Math.max(core.termSeen, ended.term);
  core.lease = { phase: 'holding', term: ended.term, renewedMs: ended.renewedMs, sawPreviousHolder };
  core.master = createMastership(ended.term, core.now, sawPreviousHolder, former, formerUntilMs);
  core.outbox.push({ do: 'journal', event: 'master', data: { term: ended.term, sawPreviousHolder } });
  renew(core);
  takeOver(core, core.master);
}

/** Whether others declared this host failed is read anew: it may have been while it saw nothing. */
function* claimUnlessJudged(core: Core): Task<ClaimEnd> {
  const known = hasOpenIncident(core);
  if (!(yield* readOwnIncident(core)))
    return { won: false, why: 'the incident of this host cannot be read', wrote: false, tooSlow: false };
  // One that was known has been waited for.
  if (!known && hasOpenIncident(core))
    return { won: false, why: 'an incident of this host is open', wrote: false, tooSlow: false };
  return yield* core.coordination.lease.claim(core);
}

function renew(core: Core): void {
  const { lease, master, coordination } = core;
  if (lease.phase !== 'holding' || master === null) return;
  for (const renewal of coordination.lease.renewals(core, lease.term))
    start(noteRenewal(core, renewal), () => core.lease.phase === 'holding' && core.master === master);
}

function* noteRenewal(core: Core, renewal: Task<Renewal | null>): Task<void> {
  const ended = yield* renewal;
  if (ended === null || core.lease.phase !== 'holding') return;
  if (ended.rival !== null) {
    stepDown(core, `${ended.rival.host} has term ${ended.rival.term}`);
    return;
  }
  core.lease = { ...core.lease, renewedMs: new Map([...core.lease.renewedMs, [ended.store, ended.begunMs]]) };
}

export function stepDown(core: Core, why: string): void {
  const { lease } = core;
  if (lease.phase !== 'holding') return;
  core.lease = watching(core.now + core.settings.timing.leaseMs);
  core.master = null;
  core.link.sinceMs = core.now;
  endSuspectingMyself(core, 'this agent is no longer the master');
  dropMasterReports(core);
  core.outbox.push({ do: 'journal', event: 'stepped-down', data: { term: lease.term, why } });
}

/** Gives the lease back so that others need not wait it out; ends when the seats are written or past their deadline. */
export function* giveBack(core: Core, why: string, waitMs: number): Task<void> {
  const { lease } = core;
  if (lease.phase !== 'holding') return;
  const { term } = lease;
  stepDown(core, why);
  core.lease = watching(core.now + waitMs);
  yield* core.coordination.lease.release(core, term);
}
