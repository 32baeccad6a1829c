/**
 * A master that has taken over has heard nobody yet, and asked nobody; nor has one, lately, that was late itself. What it
 * does not see means nothing then. Before it acts on the silence of a host it listens, and asks, itself.
 */
import { networkLostMs, type HostEvidence } from '../evidence/host.ts';
import { factsOf } from '../verdict/facts-now.ts';
import type { Core } from '../state.ts';
import type { HostName } from '../wire/records.ts';
import { hold } from './holds.ts';
import type { Incident } from './incident.ts';
import { held, type RoundEnd } from './round-end.ts';

/** Has it found out that it does not hear the host, and that nobody does whom it has asked since? */
export function hasLooked(core: Core, evidence: HostEvidence): boolean {
  const { host, timing } = core.settings;
  const lostMs = networkLostMs(evidence, timing);
  if (lostMs === null || core.now < lostMs) return false;
  const { novaReport, silentSinceMs } = factsOf(core, evidence);
  if (novaReport === 'unknown' && isAsked(core, evidence.host)) return false;
  // The second round of probes: by its end others have answered in the first one, too.
  const secondMs = Math.max(lostMs, silentSinceMs ?? 0) + timing.probeMs;
  const askedMs = evidence.probes.get(host)?.begunMs ?? null;
  if (askedMs !== null) return askedMs >= secondMs;
  // Of whom nobody knows where it is, nobody can ask.
  return evidence.said === null && core.now >= secondMs + timing.probeMs;
}

/** Should nova be able to tell of it? What Vigil has told nova hides for a while what was known before. */
function isAsked({ now, nova, settings: { timing } }: Core, host: HostName): boolean {
  const hiddenMs = 2 * (timing.novaReportMs + timing.novaReportSlackMs);
  const touchedMs = nova.touchedMs.get(host) ?? -Infinity;
  return nova.services.some((service) => service.host === host) && now - touchedMs >= hiddenMs;
}

/** By then it has had its answers, where it can ask. */
const LISTENING_BEATS = 30;

export function listening(core: Core, { record, hold: before, holdSinceMs }: Incident): RoundEnd {
  const { host, timing } = core.settings;
  const { failure } = core.nova;
  const hasWaited = before?.code === 'listening' && core.now - holdSinceMs >= LISTENING_BEATS * timing.beatMs;
  const lasts =
    failure === null
      ? `${host} may be unable to probe it: look for a firewall, open files and its management address there`
      : `OpenStack cannot be asked (${failure}): see vigil check`;
  const words = `whether anybody hears ${record.victim} is not known yet: the master listens, asks others, and waits for what nova tells${hasWaited ? `; ${lasts}` : ''}`;
  return held(hold('listening', words), timing.beatMs / 4);
}
