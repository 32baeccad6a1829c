/** The beats of the little world: what a host's processes at the volumes write, read and tell its agent. */
import type { BlockHeader } from '../../src/core/wire/records.ts';
import { numberOf, type WorldHost } from './host.ts';
import type { WorldVolume } from './volume.ts';
import type { World } from './world.ts';

/** The beats of a host die; a write of theirs may still be on its way. */
export function killBeats(world: World, host: WorldHost, lateWriteMs: number | null): void {
  const { name } = host;
  host.beats = false;
  for (const volume of world.volumes) {
    volume.drop(name);
    if (lateWriteMs !== null) world.clock.after(lateWriteMs, volume.writeOnItsWay(name).land);
    const event = { kind: 'disconnected' as const, volume: volume.name, detail: 'killed' };
    world.feed(host, host.agentLife, { kind: 'volume', now: world.clock.now, event });
  }
}

export function startBeats(world: World, host: WorldHost): void {
  host.beats = true;
  newBeats(world, host);
  connectBeats(world, host);
}

/** Each start of a beat is a new incarnation, with counters of its own. */
export function newBeats(world: World, host: WorldHost): void {
  for (const key of world.volumes.flatMap(({ name }) => [name, `${name}/seat`])) {
    const was = host.counters.get(key);
    host.counters.set(key, { incarnation: (was?.incarnation ?? 1) + 1, counter: 0 });
  }
}

export function connectBeats(world: World, host: WorldHost): void {
  host.watching.clear();
  for (const volume of world.volumes) {
    const { name, uuid, lease } = volume;
    const own = volume.slots.get(host.name);
    const slotIndex = volume.index(host.name);
    const facts = { format: 1, volumeUuid: uuid, cluster: 'test', slots: 64, seats: 32, generation: 1 };
    world.feed(host, host.agentLife, {
      kind: 'volume',
      now: world.clock.now,
      event: {
        kind: 'connected',
        volume: name,
        uuid,
        superblock: {
          ...facts,
          leaseVolumes: lease ? (world.options.leaseVolumes ?? 1) : 0,
          coordination: 'volume',
        },
        slotIndex,
        seatIndex: lease ? slotIndex : null,
        ownBody: own === undefined ? null : { body: own.body, boot: own.bodyBoot },
      },
    });
  }
}

/** Each block has a counter of its own. */
export function nextHeader(
  host: WorldHost,
  volume: WorldVolume,
  kind: 'slot' | 'seat',
  agentSilentMs: number,
): BlockHeader {
  const key = kind === 'slot' ? volume.name : `${volume.name}/seat`;
  const counter = host.counters.get(key) ?? { incarnation: 1, counter: 0 };
  counter.counter += 1;
  host.counters.set(key, counter);
  return { kind, owner: '', boot: host.boot, ...counter, agentSilentMs };
}

export function beatLoop(world: World, host: WorldHost, volume: WorldVolume): void {
  const beat = (): void => {
    world.clock.after(world.timing.beatMs, beat);
    if (!host.power || !host.beats || volume.hung.has(host.name)) return;
    const now = world.clock.now;
    const failing = volume.failing.has(host.name);
    const slot = volume.slots.get(host.name);
    if (slot !== undefined && !failing) {
      const header = nextHeader(host, volume, 'slot', now - host.agentHeardMs);
      volume.slots.set(host.name, { ...slot, header });
    }
    const read = !failing && host.watching.has(volume.name);
    world.feed(host, host.agentLife, {
      kind: 'volume',
      now,
      event: {
        kind: 'reading',
        volume: volume.name,
        begunMs: now,
        endedMs: now,
        wroteMs: failing ? null : now,
        error: failing ? { code: 'io', detail: 'input/output error' } : null,
        seats: failing ? null : volume.lease ? volume.readSeats() : [],
        slots: read ? volume.readSlots() : null,
      },
    });
  };
  world.clock.after(100 + numberOf(host.name) * 61 + (volume.lease ? 0 : 333), beat);
}
