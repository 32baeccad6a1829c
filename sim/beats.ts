/** The beats of a host: what its processes at the volumes write, read and tell its agent. */
import type { VolumeError } from '../src/core/wire/observations.ts';
import { slotsOf } from './cluster.ts';
import { localMs, type SimHost, unsafeTiming } from './host.ts';
import { isRunning } from './network.ts';
import { tearsSlot } from './torn-writes.ts';
import { anotherWrites, tellOfOther } from './clones.ts';
import { NO_PLACE, type SimVolume, slotWith } from './volume.ts';
import { beginRead, type Contents } from './volume-views.ts';
import { FIRST_INCARNATION, nextHeader } from './next-header.ts';
import type { World } from './world.ts';

/** The beats of a host die; a write of theirs may still be on its way. */
export function killBeats(world: World, host: SimHost, lateWriteMs: number | 'open' | null): void {
  const { name } = host;
  host.beats = false;
  for (const volume of world.volumes) {
    if (lateWriteMs !== null) leaveWrite(world, host, volume, lateWriteMs);
    volume.drop(name);
    const event = { kind: 'disconnected' as const, volume: volume.name, detail: 'killed' };
    world.deliver(host, host.agentLife, { kind: 'volume', now: world.localMs(host), event });
  }
}

/** Of the beat that dies. */
function leaveWrite(world: World, host: SimHost, volume: SimVolume, landsMs: number | 'open'): void {
  const { name } = host;
  const slot = nextHeader(host, volume, 'slot', world.clock.now - host.agentHeardMs);
  const words = host.words.get(volume.name) ?? null;
  const last = { slot, words, seat: nextHeader(host, volume, 'seat', 0) };
  if (landsMs === 'open') {
    volume.leaveOnItsWay(name, last);
    return;
  }
  const land = volume.writeOnItsWay(name, last);
  world.clock.after(landsMs, () => {
    land();
    world.events.emit({ event: 'late-write-landed', host: name, volume: volume.name });
  });
}

export function landLateWrites(world: World, host: string): void {
  for (const volume of world.volumes)
    if (volume.landLateWrite(host))
      world.events.emit({ event: 'late-write-landed', host, volume: volume.name });
}

export function startBeats(world: World, host: SimHost): void {
  if (unsafeTiming(host, world.cluster) !== null) return;
  host.beats = true;
  newBeats(world, host);
  connectBeats(world, host);
}

/** Each start of a beat is a new incarnation, with counters of its own; it counts from the clock, whatever can be read. */
export function newBeats(world: World, host: SimHost): void {
  host.beatingMs = host.beatMs;
  for (const key of world.volumes.flatMap(({ name }) => [name, `${name}/seat`])) {
    const was = host.counters.get(key);
    const incarnation = Math.max((was?.incarnation ?? FIRST_INCARNATION) + 1, Math.ceil(world.clock.now));
    host.counters.set(key, { incarnation, counter: 0 });
  }
  host.stations.clear();
  host.words.clear();
  host.given.clear();
}

/**
 * A beat takes its places as soon as it can read. It goes on with what stands in its slot then, and from then on with
 * what its agent says.
 */
function takeStation(host: SimHost, volume: SimVolume): void {
  host.stations.add(volume.name);
  host.given.delete(volume.name);
  const own = volume.slotOf.get(host.name);
  if (own === undefined || host.isClone) host.words.delete(volume.name);
  else host.words.set(volume.name, own);
}

export function connectBeats(world: World, host: SimHost): void {
  host.watching.clear();
  for (const volume of world.volumes) welcome(world, host, volume);
}

/** One that hangs in a system call welcomes nobody. */
function welcome(world: World, host: SimHost, volume: SimVolume): void {
  const { agentLife } = host;
  const beat = host.counters.get(volume.name);
  volume.access(host.name, () => {
    const isThere = host.power && host.beats && host.counters.get(volume.name) === beat;
    if (isThere && host.agentLife === agentLife) connect(world, host, volume);
  });
}

/** Whoever has made it, its beats find it changed: they begin with it anew, or end if they do not understand it. */
export function remakeVolume(world: World, volume: SimVolume, isBeyondUs: boolean): void {
  volume.remake(isBeyondUs);
  for (const host of world.hosts.values()) {
    if (!host.power || !host.beats) continue;
    const event = { kind: 'disconnected' as const, volume: volume.name, detail: 'made anew' };
    world.deliver(host, host.agentLife, { kind: 'volume', now: world.localMs(host), event });
    host.stations.delete(volume.name);
    welcome(world, host, volume);
  }
}

function connect(world: World, host: SimHost, volume: SimVolume): void {
  if (volume.isBeyondUs) return;
  const { name, uuid, lease } = volume;
  if (!host.stations.has(name) && volume.failing.has(host.name)) return;
  if (!host.stations.has(name) || !volume.has(host.name)) takeStation(host, volume);
  const own = host.words.get(volume.name);
  const place = volume.index(host.name);
  const slotIndex = place === NO_PLACE ? null : place;
  world.deliver(host, host.agentLife, {
    kind: 'volume',
    now: world.localMs(host),
    event: {
      kind: 'connected',
      volume: name,
      uuid,
      superblock: {
        format: 1,
        volumeUuid: uuid,
        cluster: 'sim',
        slots: slotsOf(world.cluster),
        seats: 32,
        generation: 1,
        leaseVolumes: lease ? world.cluster.leaseVolumes : 0,
        coordination: 'volume',
      },
      slotIndex,
      seatIndex: lease && host.spec.eligible && !host.isClone ? slotIndex : null,
      incarnation: host.counters.get(name)?.incarnation ?? FIRST_INCARNATION,
      ownBody: own === undefined ? null : { body: own.body, boot: own.bodyBoot, given: host.given.has(name) },
    },
  });
}

/** Beats of a host do not start at the same moment, nor those of different volumes. */
const phaseMs = (host: SimHost, beatMs: number, volume: number): number =>
  (100 + host.number * 61 + volume * 333) % beatMs;

/** For the life of the world: a beat writes and reads whenever its host, and it, are there to do so. */
export function beatLoop(world: World, host: SimHost, volume: SimVolume, index: number): void {
  const { clock } = world;
  let busy: object | null = null;
  const beat = (): void => {
    clock.after(Math.round(host.beatingMs / host.clockRate), beat);
    if (!isRunning(host) || !host.beats || (busy !== null && busy === host.counters.get(volume.name))) return;
    const begunMs = localMs(host, clock.now);
    if (volume.hung.size === 0 && volume.slowMs.size === 0) tellReading(world, host, volume, begunMs);
    else waitAndTell(begunMs);
  };
  const waitAndTell = (begunMs: number): void => {
    const beginner = host.counters.get(volume.name) ?? null;
    const begun = beginRead(world, host, volume, volume.slowMs.get(host.name) ?? 0);
    busy = beginner;
    const done = (): void => {
      busy = null;
      if (host.power && host.beats && beginner === (host.counters.get(volume.name) ?? null))
        tellReading(world, host, volume, begunMs, begun);
    };
    const slowMs = volume.slowMs.get(host.name) ?? 0;
    if (slowMs === 0) volume.access(host.name, done);
    else clock.after(slowMs, () => volume.access(host.name, done));
  };
  clock.after(phaseMs(host, host.beatingMs, index), beat);
}

function tellReading(
  world: World,
  host: SimHost,
  volume: SimVolume,
  begunMs: number,
  begun: Contents | null = null,
): void {
  if (volume.isBeyondUs) return;
  const { name } = host;
  const endedMs = localMs(host, world.clock.now);
  const failing = volume.failing.size > 0 && volume.failing.has(name);
  if (!failing && !host.stations.has(volume.name)) connect(world, host, volume);
  if (!failing && !host.isClone) {
    const words = host.words.get(volume.name);
    if (words !== undefined && volume.has(name)) {
      if (tearsSlot(world, host, volume)) return;
      const header = nextHeader(host, volume, 'slot', world.clock.now - host.agentHeardMs);
      volume.writeSlot(slotWith(volume, name, header, words));
    }
  }
  if (!host.agent) return;
  if (host.isClone) tellOfOther(world, host, volume);
  // A beat without a slot looks for one again.
  if (!volume.has(name) && volume.hasRoomFor(name)) connect(world, host, volume);
  const error = failing ? IO_ERROR : whyNotWritten(host, volume);
  const contents = failing ? null : (begun ?? volume.read(host));
  world.deliver(host, host.agentLife, {
    kind: 'volume',
    now: endedMs,
    event: {
      kind: 'reading',
      volume: volume.name,
      begunMs,
      endedMs,
      wroteMs: error === null ? endedMs : null,
      error,
      seats: contents === null ? null : volume.lease ? contents.seats : NO_SEATS,
      slots: contents !== null && host.watching.has(volume.name) ? contents.slots : null,
    },
  });
}

function whyNotWritten(host: SimHost, volume: SimVolume): VolumeError | null {
  if (host.isClone) return { code: 'foreign-writer', detail: anotherWrites(host) };
  return volume.has(host.name) ? null : { code: 'volume-full', detail: 'all slots are taken' };
}

const IO_ERROR = { code: 'io', detail: 'input/output error' } as const;
const NO_SEATS = [] as const;
