/** The slots of a victim, or of another host that is taken for dead, read anew right before an effect: is it so? */
import { all, type Task } from '../lib/task.ts';
import { lastSlots } from '../evidence/last-slots.ts';
import { request, sleep } from '../requests.ts';
import type { Core } from '../state.ts';
import { isHung, type OwnVolume } from '../volumes.ts';
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

/** Where nobody has told what was last seen, this host looks itself, and waits for what it sees next. */
export function* watchUntold(core: Core, must: HostMust): Task<HostMust> {
  const { beatMs } = core.settings.timing;
  const untold = readable(core).filter(
    ({ uuid }) => !must.since.some(({ volumeUuid }) => volumeUuid === uuid),
  );
  const looked = yield* readHeaders(core, must.host, untold);
  if (looked.length === 0) return must;
  yield* sleep(core, STILL_BEATS * beatMs);
  const seen = looked.flatMap(({ volume: { uuid }, header: { incarnation, counter } }) =>
    uuid === null ? [] : [{ volumeUuid: uuid, incarnation, counter }],
  );
  return { ...must, since: [...must.since, ...seen] };
}

export function* checkHost(core: Core, must: HostMust): Task<VictimIsNot | null> {
  const { host } = must;
  let known = 0;
  for (const { volume, header } of yield* readHeaders(core, host, readable(core))) {
    const { uuid, name } = volume;
    const seen = must.since.find(({ volumeUuid }) => volumeUuid === uuid);
    if (seen === undefined) continue;
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
  if (known > 0) return null;
  return { code: 'victim-unreadable', detail: `the slot of ${host} cannot be read on any volume` };
}

function readable(core: Core): readonly OwnVolume[] {
  const { beatMs } = core.settings.timing;
  return [...core.volumes.values()].filter((volume) => !isHung(volume, beatMs, core.now));
}

interface HeaderRead {
  readonly volume: OwnVolume;
  readonly header: BlockHeader;
}

function* readHeaders(
  core: Core,
  host: HostName,
  volumes: readonly OwnVolume[],
): Task<readonly HeaderRead[]> {
  const reads = yield* all(
    volumes.map((volume) => readSlot(core, host, volume)),
    () => true,
  );
  return reads.filter((read) => read !== null);
}

function* readSlot(core: Core, host: HostName, volume: OwnVolume): Task<HeaderRead | null> {
  const read = yield* request(
    core,
    { do: 'read-volume', volume: volume.name, what: ['slots'] },
    2 * core.settings.timing.beatMs,
  );
  if (read === null || !read.ok) return null;
  const slots = read.slots ?? [];
  // Beside one that is damaged what else is his may be older.
  const index = volume.uuid === null ? undefined : core.hosts.get(host)?.slotIndex.get(volume.uuid);
  if (slots.some((one) => one.state === 'damaged' && (one.host === host || one.index === index))) return null;
  const slot = lastSlots(slots).get(host);
  return slot === undefined ? null : { volume, header: slot.header };
}
