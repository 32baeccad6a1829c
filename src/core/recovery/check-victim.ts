/** A victim's slots, read anew right before an effect: is it what the effect takes it for? */
import { all, type Task } from '../lib/task.ts';
import { request } from '../requests.ts';
import type { Core } from '../state.ts';
import { isHung, type OwnVolume } from '../volumes.ts';
import type { SlotObservation } from '../wire/observations.ts';
import type { BootId, HostName } from '../wire/records.ts';

/** The last (incarnation, counter) of a slot that somebody saw, by volume. At most MAX_VOLUMES. */
export type LastSeen = readonly {
  readonly volumeUuid: string;
  readonly incarnation: number;
  readonly counter: number;
}[];

/** What it was when it was last seen, and must still be. */
export interface VictimMust {
  readonly since: LastSeen;
  /** Null: silent; anything later in its slots is life, of whatever boot. Else alive, in this boot and no later one. */
  readonly boot: BootId | null;
}

export interface VictimIsNot {
  readonly code: 'victim-alive' | 'victim-unreadable';
  readonly detail: string;
}

export function lastSeenOf(core: Core, host: HostName): LastSeen {
  const volumes = core.hosts.get(host)?.volumes ?? [];
  return [...volumes].map(([volumeUuid, { incarnation, counter }]) => ({ volumeUuid, incarnation, counter }));
}

export function* checkVictim(core: Core, victim: HostName, must: VictimMust): Task<VictimIsNot | null> {
  const { beatMs } = core.settings.timing;
  const volumes = [...core.volumes.values()].filter((volume) => !isHung(volume, beatMs, core.now));
  const reads = yield* all(
    volumes.map((volume) => readSlots(core, volume)),
    () => true,
  );
  let known = 0;
  for (const [place, { uuid, name }] of volumes.entries()) {
    const slot = reads[place]?.find((candidate) => candidate.state === 'read' && candidate.host === victim);
    const seen = must.since.find(({ volumeUuid }) => volumeUuid === uuid);
    if (slot?.state !== 'read' || seen === undefined) continue;
    const { incarnation, counter, boot } = slot.header;
    const later =
      incarnation > seen.incarnation || (incarnation === seen.incarnation && counter > seen.counter);
    if (later && boot !== must.boot) {
      return must.boot === null
        ? { code: 'victim-alive', detail: `${victim} writes to volume ${name}` }
        : { code: 'victim-alive', detail: `${victim} has booted once more` };
    }
    if (must.boot === null || boot === must.boot) known += 1;
  }
  if (known > 0) return null;
  return { code: 'victim-unreadable', detail: `the slot of ${victim} cannot be read on any volume` };
}

function* readSlots(core: Core, volume: OwnVolume): Task<readonly SlotObservation[] | null> {
  const read = yield* request(
    core,
    { do: 'read-volume', volume: volume.name, what: ['slots'] },
    2 * core.settings.timing.beatMs,
  );
  return read !== null && read.ok ? read.slots : null;
}
