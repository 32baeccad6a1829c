/** What becomes of the effects of a core in the little world. */
import type { Effect } from '../../src/core/effect.ts';
import type { Result } from '../../src/core/input.ts';
import { nextHeader } from './beats.ts';
import type { WorldHost } from './host.ts';
import type { WorldVolume } from './volume.ts';
import type { World } from './world.ts';

/** Of a system call on a volume, of a request to nova, and of a call to another agent. */
const VOLUME_MS = 5;
const NOVA_MS = 40;
const CALL_MS = 3;

type VolumeEffect = Extract<
  Effect,
  { readonly do: 'write-body' | 'write-seat' | 'write-cell' | 'read-volume' }
>;

export function carryOut(world: World, host: WorldHost, life: number, effect: Effect): void {
  switch (effect.do) {
    case 'send':
      sendDatagram(world, host, effect);
      return;
    case 'write-body':
    case 'write-seat':
    case 'write-cell':
    case 'read-volume':
      askBeat(world, host, life, effect);
      return;
    case 'watch':
      if (effect.slots) host.watching.add(effect.volume);
      else host.watching.delete(effect.volume);
      return;
    case 'probe': {
      const { target } = effect;
      const answer =
        'isolation' in target
          ? host.network === 1
            ? ('kernel' as const)
            : ('none' as const)
          : probeAnswer(world, host, byIp(world, target.ip));
      const afterMs = answer === 'none' ? effect.deadlineMs : VOLUME_MS;
      world.reply(host, life, effect.id, afterMs, { of: 'probe', answer });
      return;
    }
    case 'ask-probe': {
      const via = byIp(world, effect.via.address.ip);
      if (world.wedged.has(via.name)) return;
      const tried = !('isolation' in effect.target) && world.network.connected(host, via) && isSpeaking(via);
      const answer =
        tried && 'ip' in effect.target ? probeAnswer(world, via, byIp(world, effect.target.ip)) : null;
      world.reply(host, life, effect.id, 10, { of: 'ask-probe', answer });
      return;
    }
    case 'cloud':
      askNova(world, host, life, effect);
      return;
    case 'order':
      sendOrder(world, host, life, effect);
      return;
    case 'forget-token':
      return;
    case 'answer':
      world.answers.get(`${host.name}/${effect.id}`)?.(effect.answer);
      return;
    case 'report':
      world.reports.push({ atMs: world.clock.now, by: host.name, report: effect.report });
      return;
    case 'journal':
      world.journal.push({ atMs: world.clock.now, by: host.name, event: effect.event, data: effect.data });
      return;
    case 'stopped':
      world.killAgent(host.name);
      return;
  }
}

const byIp = (world: World, ip: string): WorldHost => world.host(`h${ip.split('.')[3] ?? ''}`);

const isSpeaking = (host: WorldHost): boolean => host.agent && host.paused === null;

/** A stopped process still has its kernel to accept connections for it. */
function probeAnswer(world: World, from: WorldHost, to: WorldHost): 'agent' | 'kernel' | 'none' {
  if (!world.network.connected(from, to)) return 'none';
  return isSpeaking(to) ? 'agent' : 'kernel';
}

function sendDatagram(world: World, from: WorldHost, effect: Extract<Effect, { do: 'send' }>): void {
  const to = byIp(world, effect.to.ip);
  const afterMs = world.network.datagram(from, to);
  if (afterMs === null) return;
  world.clock.after(afterMs, () => {
    const { datagram } = effect;
    world.feed(to, to.agentLife, { kind: 'datagram', now: world.clock.now, datagram, fromIp: '' });
  });
}

function askBeat(world: World, host: WorldHost, life: number, effect: VolumeEffect): void {
  const volume = world.volumes.find(({ name }) => name === effect.volume);
  if (volume === undefined) return;
  const beat = host.counters.get(volume.name)?.incarnation;
  const slowMs = effect.do === 'write-seat' ? (volume.slowSeatMs.get(host.name) ?? 0) : 0;
  world.clock.after(VOLUME_MS + slowMs, () => {
    if (!host.power || !host.beats) return;
    volume.access(host.name, () => {
      if (!host.power || host.counters.get(volume.name)?.incarnation !== beat) return;
      const result: Result = volume.failing.has(host.name)
        ? { of: effect.do, ok: false, volume: volume.name, detail: 'input/output error' }
        : perform(world, host, volume, effect);
      world.feed(host, life, { kind: 'result', now: world.clock.now, id: effect.id, result });
    });
  });
}

function perform(world: World, host: WorldHost, volume: WorldVolume, effect: VolumeEffect): Result {
  const now = world.clock.now;
  switch (effect.do) {
    case 'write-body': {
      const header = nextHeader(host, volume, 'slot', 0);
      volume.slots.set(host.name, { header, body: effect.body, bodyBoot: host.boot });
      return { of: 'write-body', ok: true, begunMs: now, endedMs: now };
    }
    case 'write-seat': {
      const header = nextHeader(host, volume, 'seat', 0);
      volume.seats.set(host.name, { header, body: effect.body, bodyBoot: host.boot });
      const seats = volume.readSeats();
      return { of: 'write-seat', ok: true, begunMs: now, writtenMs: now, endedMs: now, seats };
    }
    case 'write-cell':
      volume.cells.set(`${effect.slot}/${effect.which}`, effect.record);
      return { of: 'write-cell', ok: true };
    case 'read-volume':
      return {
        of: 'read-volume',
        ok: true,
        begunMs: now,
        endedMs: now,
        seats: effect.what.includes('seats') ? volume.readSeats() : null,
        slots: effect.what.includes('slots') ? volume.readSlots() : null,
        cells: effect.what.includes('cells') ? volume.readCells() : null,
      };
  }
}

/** Once sent, a request is carried out whatever becomes of its sender. */
function askNova(
  world: World,
  host: WorldHost,
  life: number,
  effect: Extract<Effect, { do: 'cloud' }>,
): void {
  if (!world.network.reachesNova(host)) return;
  const lagMs = world.nova.lagMsMax === 0 ? 0 : world.random.below(world.nova.lagMsMax);
  world.clock.after(NOVA_MS + lagMs + world.nova.slowMs, () => {
    const answer = world.nova.perform(effect.call);
    if (answer === null) return;
    world.clock.after(NOVA_MS, () => {
      const result = { of: 'cloud' as const, answer };
      if (world.network.reachesNova(host))
        world.feed(host, life, { kind: 'result', now: world.clock.now, id: effect.id, result });
    });
  });
}

function sendOrder(
  world: World,
  host: WorldHost,
  life: number,
  effect: Extract<Effect, { do: 'order' }>,
): void {
  const to = byIp(world, effect.to.address.ip);
  world.clock.after(CALL_MS, () => {
    if (!world.network.connected(host, to) || !to.agent) {
      const result = { of: 'order', outcome: null, arrived: 'surely-not', detail: 'no connection' } as const;
      world.reply(host, life, effect.id, CALL_MS, result);
      return;
    }
    world.ask(to.name, { ask: 'restart', order: effect.order }, (answer) => {
      if (answer.to !== 'restart' || !world.network.connected(host, to)) return;
      world.reply(host, life, effect.id, CALL_MS, { of: 'order', outcome: answer.outcome });
    });
  });
}
