/** The slots of a victim, or of another host that is taken for dead, read anew right before an effect: is it so? */
import { all, type Task } from '../lib/task.ts';
import { lastSlots } from '../evidence/last-slots.ts';
import { request, sleep } from '../requests.ts';
import type { Core } from '../state.ts';
import { isHung, type OwnVolume } from '../volumes.ts';
import type { SlotObservation } from '../wire/observations.ts';
import type { BlockHeader, BootId, HostName } from '../wire/records.ts';

/** The last (incarnation, counter) of a slot that somebody saw, by volume. At most MAX_VOLUMES. */
export type LastSeen = readonly {
  readonly volumeUuid: string;
  readonly incarnation: number;
  readonly counter: number;
}[];

/** What it was when it was last seen, and must still be. */
export interface HostMust {
  readonly host: HostName;
  readonly since: LastSeen;
  /** Null: silent; anything later in its slots is life, of whatever boot. Else alive, in this boot and no later one. */
  readonly boot: BootId | null;
  /** Dead on somebody's word: that its slot cannot be read is no objection. */
  readonly isConfirmed: boolean;
}

export interface VictimIsNot {
  readonly code: 'victim-alive' | 'victim-unreadable';
  readonly detail: string;
}

/** Of volumes that were read lately: on another one the host may have written since, and be dead all the same. */
export function lastSeenOf({ hosts, now, settings }: Core, host: HostName): LastSeen {
  const volumes = [...(hosts.get(host)?.volumes ?? [])];
  return volumes
    .filter(([, { readMs }]) => now - readMs < settings.timing.volumeLostMs)
    .map(([volumeUuid, { incarnation, counter }]) => ({ volumeUuid, incarnation, counter }));
}

/** A living beat writes at least once in that time. */
const STILL_BEATS = 2.5;

/** Where nobody has told what was last seen, this agent looks itself, and waits for what it sees next. */
export function* watchUntold(core: Core, hosts: readonly HostMust[]): Task<readonly HostMust[]> {
  const isUntold = ({ since }: HostMust, { uuid }: OwnVolume): boolean =>
    !since.some(({ volumeUuid }) => volumeUuid === uuid);
  const untold = readable(core).filter((volume) => hosts.some((must) => isUntold(must, volume)));
  const looked = yield* readSlots(core, untold);
  let isAnySeen = false;
  const complete = hosts.map((must) => {
    const seen = looked.flatMap((read) => {
      const header = isUntold(must, read.volume) ? headerOf(core, must.host, read) : null;
      if (header === null || read.volume.uuid === null) return [];
      const { incarnation, counter } = header;
      return { volumeUuid: read.volume.uuid, incarnation, counter };
    });
    isAnySeen ||= seen.length > 0;
    return { ...must, since: [...must.since, ...seen] };
  });
  if (isAnySeen) yield* sleep(core, STILL_BEATS * core.settings.timing.beatMs);
  return complete;
}

/** Each volume is read once for all of them: a beat does one thing after the other. */
export function* checkHosts(core: Core, hosts: readonly HostMust[]): Task<VictimIsNot | null> {
  const reads = yield* readSlots(core, readable(core));
  return hosts.reduce<VictimIsNot | null>((against, must) => against ?? checkHost(core, must, reads), null);
}

function checkHost(core: Core, must: HostMust, reads: readonly SlotsRead[]): VictimIsNot | null {
  const { host } = must;
  let known = 0;
  for (const read of reads) {
    const { uuid, name } = read.volume;
    const header = headerOf(core, host, read);
    const seen = must.since.find(({ volumeUuid }) => volumeUuid === uuid);
    if (header === null || seen === undefined) continue;
    const { incarnation, counter, boot } = header;
    const later =
      incarnation > seen.incarnation || (incarnation === seen.incarnation && counter > seen.counter);
    if (later && boot !== must.boot) {
      return must.boot === null
        ? { code: 'victim-alive', detail: `${host} writes to volume ${name}` }
        : { code: 'victim-alive', detail: `${host} has booted once more` };
    }
    if (must.boot === null || boot === must.boot) known += 1;
  }
  if (known > 0 || must.isConfirmed) return null;
  return { code: 'victim-unreadable', detail: `the slot of ${host} cannot be read on any volume` };
}

function readable(core: Core): readonly OwnVolume[] {
  const { beatMs } = core.settings.timing;
  return [...core.volumes.values()].filter((volume) => !isHung(volume, beatMs, core.now));
}

interface SlotsRead {
  readonly volume: OwnVolume;
  readonly slots: readonly SlotObservation[];
}

function* readSlots(core: Core, volumes: readonly OwnVolume[]): Task<readonly SlotsRead[]> {
  const reads = yield* all(
    volumes.map((volume) => readVolume(core, volume)),
    () => true,
  );
  return reads.filter((read) => read !== null);
}

function* readVolume(core: Core, volume: OwnVolume): Task<SlotsRead | null> {
  const read = yield* request(
    core,
    { do: 'read-volume', volume: volume.name, what: ['slots'] },
    2 * core.settings.timing.beatMs,
  );
  return read === null || !read.ok ? null : { volume, slots: read.slots ?? [] };
}

/** Null: it has no slot there, or one is damaged, beside which what else is its own may be older. */
function headerOf({ hosts }: Core, host: HostName, { volume, slots }: SlotsRead): BlockHeader | null {
  const index = volume.uuid === null ? undefined : hosts.get(host)?.slotIndex.get(volume.uuid);
  if (slots.some((one) => one.state === 'damaged' && (one.host === host || one.index === index))) return null;
  return lastSlots(slots).get(host)?.header ?? null;
}
