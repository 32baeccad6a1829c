/**
 * Two agents under one name. The one whose slot the other writes knows of it from the volume and cannot say so there;
 * so it sends its heartbeat to the address that the other gives in the slot. Both then know, and both report.
 */
import { begin, end } from '../reports/book.ts';
import type { Core } from '../state.ts';
import { isTakenByNamesake, type OwnVolume } from '../volumes.ts';
import type { Heartbeat } from '../wire/datagram.ts';
import type { AgentIncarnation } from '../wire/records.ts';
import { heartbeatTo } from './link.ts';

/** Without a sign of the other for so many beats, it is over. */
const QUIET_BEATS = 10;

export interface Namesake {
  /** The last one whose heartbeats came here, and where it says that it is. */
  heard: { readonly agent: AgentIncarnation; readonly counter: number; readonly ip: string } | null;
  /** Counts on its own: the master's echoes are measured by the counter of the heartbeats it gets. */
  greetings: number;
  /** When the last sign of another one was seen. */
  seenMs: number | null;
}

export function createNamesake(): Namesake {
  return { heard: null, greetings: 0, seenMs: null };
}

/** Another agent under this host's name was seen lately. */
export function hasNamesake({ namesake, now, settings }: Core): boolean {
  return namesake.seenMs !== null && now - namesake.seenMs <= QUIET_BEATS * settings.timing.beatMs;
}

/** Once a beat: tells whoever writes in this host's place that this agent lives too. */
export function greetNamesake(core: Core): void {
  for (const volume of core.volumes.values()) {
    const other = isTakenByNamesake(volume, core.settings.host) ? volume.takenBy : null;
    // Until the other one has its say, the slot shows this agent's own last words.
    if (other?.state !== 'read' || other.body.agent === core.settings.agent) continue;
    core.namesake.greetings += 1;
    core.outbox.push(heartbeatTo(core, other.host, other.body.address, core.namesake.greetings));
    return;
  }
}

/** A heartbeat in the name of this very host, authentic by its own key. */
export function hearNamesake(core: Core, { agent, counter, body }: Heartbeat): void {
  const { namesake, settings } = core;
  if (agent === settings.agent) return;
  const { heard } = namesake;
  // Its counter must advance: one old datagram on its way proves nobody's life.
  if (heard?.agent === agent && counter > heard.counter) namesake.seenMs = core.now;
  if (heard?.agent !== agent || counter > heard.counter)
    namesake.heard = { agent, counter, ip: body.address.ip };
}

/** Once a beat. */
export function reportNamesake(core: Core): void {
  const { namesake, settings, now } = core;
  const { host } = settings;
  const taken: OwnVolume[] = [];
  for (const volume of core.volumes.values()) if (isTakenByNamesake(volume, host)) taken.push(volume);
  if (taken.length > 0) namesake.seenMs = now;
  const cause = `name/${host}`;
  if (!hasNamesake(core)) {
    end(core, cause, `no other agent runs under the name ${host} any more`);
    return;
  }
  if (taken.length === 0 && namesake.heard === null) return;
  const rule =
    taken.length > 0
      ? `${host}: ${taken[0]?.stopped ?? ''}`
      : `its heartbeats come here, from ${namesake.heard?.ip ?? ''}`;
  const text = {
    severity: 'critical',
    host,
    title: `another agent runs under the name of ${host}`,
    rule,
    evidence: { volumes: taken.map(({ name }) => name), ip: whereOf(core) },
    advice:
      'Give one of the two machines another host.name and the keys of that name, then restart the beats and agents ' +
      'of both: a beat that was stopped by the other stays so. Until then nobody can tell which of the two fails.',
  } as const;
  begin(core, cause, text, false);
}

function whereOf(core: Core): string | null {
  for (const { takenBy } of core.volumes.values())
    if (takenBy?.state === 'read' && takenBy.body.agent !== core.settings.agent)
      return takenBy.body.address.ip;
  return core.namesake.heard?.ip ?? null;
}
