/** What becomes of the effects of a core in the simulated world. */
import type { Effect } from '../src/core/effect.ts';
import type { Result } from '../src/core/input.ts';
import { askNova } from './ask-nova.ts';
import { nextHeader } from './next-header.ts';
import { anotherWrites } from './clones.ts';
import type { VolumeEffect } from './events.ts';
import type { SimHost } from './host.ts';
import { isRunning } from './network.ts';
import { tearsAsked } from './torn-writes.ts';
import type { SimVolume } from './volume.ts';
import { beginRead, type Contents } from './volume-views.ts';
import type { World } from './world.ts';

/** Of a system call on a volume, and of a call to another agent. */
const VOLUME_MS = 5;
const CALL_MS = 3;

type Of<Kind extends Effect['do']> = Extract<Effect, { readonly do: Kind }>;

export function carryOut(world: World, host: SimHost, life: number, effect: Effect): void {
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
    case 'probe':
      probe(world, host, life, effect);
      return;
    case 'ask-probe':
      askProbe(world, host, life, effect);
      return;
    case 'cloud':
      askNova(world, host, life, effect);
      return;
    case 'order':
      sendOrder(world, host, life, effect);
      return;
    case 'forget-token':
      return;
    case 'answer':
      world.answered(host, effect.id, effect.answer);
      return;
    case 'report':
      world.events.emit({ event: 'report', by: host.name, report: effect.report });
      return;
    case 'journal':
      world.events.emit({ event: 'journal', by: host.name, name: effect.event, data: effect.data });
      return;
    case 'stopped':
      world.events.emit({ event: 'agent-stopped', host: host.name });
      world.endAgent(host);
      return;
  }
}

function sendDatagram(world: World, from: SimHost, { to, datagram }: Of<'send'>): void {
  const target = world.byIp(to.ip);
  // Of a newer version: dropped where it is not understood.
  if (world.newer.has(from.name) && !world.newer.has(target.name)) return;
  world.eavesdropper.note(from, target, datagram);
  for (const afterMs of world.network.datagram(from, target))
    world.clock.after(afterMs, () =>
      world.deliver(target, target.agentLife, {
        kind: 'datagram',
        now: world.localMs(target),
        datagram,
        fromIp: from.ip,
      }),
    );
}

const isSpeaking = (host: SimHost): boolean => host.agent && host.paused === null;

interface Probed {
  readonly answer: 'agent' | 'kernel' | 'none';
  readonly afterMs: number;
}

/** A stopped process still has its kernel to accept connections for it, and so has an API that is wedged. */
function probeAnswer(world: World, from: SimHost, to: SimHost, deadlineMs: number): Probed {
  const { network } = world;
  const none = { answer: 'none', afterMs: deadlineMs } as const;
  if (!network.connected(from, to)) return none;
  const acceptedMs = VOLUME_MS + network.connectDelayMs();
  if (acceptedMs >= deadlineMs) return none;
  const speaks = isSpeaking(to) && !world.wedged.has(to.name);
  const answeredMs = acceptedMs + network.messageDelayMs();
  if (speaks && answeredMs < deadlineMs) return { answer: 'agent', afterMs: answeredMs };
  return { answer: 'kernel', afterMs: speaks ? deadlineMs : acceptedMs };
}

function isolationAnswer({ network }: World, host: SimHost, deadlineMs: number): Probed {
  const delayMs = network.reachesIsolationAddress(host) ? network.echoDelayMs() : null;
  const afterMs = VOLUME_MS + (delayMs ?? deadlineMs);
  return afterMs < deadlineMs ? { answer: 'kernel', afterMs } : { answer: 'none', afterMs: deadlineMs };
}

function probe(world: World, host: SimHost, life: number, { id, target, deadlineMs }: Of<'probe'>): void {
  const { answer, afterMs } =
    'isolation' in target
      ? isolationAnswer(world, host, deadlineMs)
      : probeAnswer(world, host, world.byIp(target.ip), deadlineMs);
  world.reply(host, life, id, afterMs, { of: 'probe', answer });
}

/** Where nobody answers by the deadline, nothing was learnt. */
function askProbe(world: World, host: SimHost, life: number, effect: Of<'ask-probe'>): void {
  const { id, target, deadlineMs } = effect;
  const { network } = world;
  const via = world.byIp(effect.via.address.ip);
  if (world.wedged.has(via.name)) return;
  const nothing = { of: 'ask-probe', answer: null } as const;
  if ('isolation' in target || !network.connected(host, via) || !isSpeaking(via)) {
    world.reply(host, life, id, 2 * CALL_MS, nothing);
    return;
  }
  const probed = probeAnswer(world, via, world.byIp(target.ip), via.timing.probeMs);
  const { answer } = probed;
  const afterMs = 2 * CALL_MS + network.connectDelayMs() + network.messageDelayMs() + probed.afterMs;
  if (afterMs < deadlineMs) world.reply(host, life, id, afterMs, { of: 'ask-probe', answer });
  else world.reply(host, life, id, deadlineMs, nothing);
}

function askBeat(world: World, host: SimHost, life: number, effect: VolumeEffect): void {
  const volume = world.volume(effect.volume);
  const beat = host.counters.get(volume.name);
  const slowMs =
    (volume.slowMs.get(host.name) ?? 0) +
    (effect.do === 'write-seat' ? (volume.slowSeatMs.get(host.name) ?? 0) : 0);
  const begunMs = world.localMs(host);
  const begun = effect.do === 'read-volume' ? beginRead(world, host, volume, slowMs) : null;
  if (effect.do === 'write-seat') volume.seatAsked.set(host.name, effect.body);
  if (effect.do === 'write-cell')
    world.events.emit({ event: 'record-asked', by: host.name, record: effect.record });
  world.clock.after(VOLUME_MS + slowMs, () => {
    if (!isRunning(host) || !host.beats) return;
    volume.access(host.name, (isBegun) => {
      if (effect.do === 'write-seat') volume.seatAsked.delete(host.name);
      // A write by a beat that is gone since does not happen; what does land late is killBeats' business.
      if (!host.power || host.counters.get(volume.name) !== beat) return;
      if (host.isClone && effect.do !== 'read-volume') {
        const result = refused(effect, anotherWrites(host));
        world.deliver(host, life, { kind: 'result', now: world.localMs(host), id: effect.id, result });
        return;
      }
      if (tearsAsked(world, host, volume, effect)) return;
      const result =
        isBegun || world.localMs(host) < effect.untilMs
          ? perform(world, host, volume, effect, begunMs, begun)
          : refused(effect, 'too late');
      world.events.emit({ event: 'volume-answered', by: host.name, asked: effect, answer: result });
      world.deliver(host, life, { kind: 'result', now: world.localMs(host), id: effect.id, result });
    });
  });
}

const refused = (effect: VolumeEffect, detail: string): Result => ({
  of: effect.do,
  ok: false,
  volume: effect.volume,
  detail,
});

function perform(
  world: World,
  host: SimHost,
  volume: SimVolume,
  effect: VolumeEffect,
  begunMs: number,
  begun: Contents | null,
): Result {
  const endedMs = world.localMs(host);
  if (volume.isBeyondUs) return refused(effect, 'its beat has ended');
  if (!host.stations.has(volume.name)) return refused(effect, 'the volume is not open');
  if (effect.do === 'write-body') {
    if (!volume.hasRoomFor(host.name)) return refused(effect, 'every slot of the volume is taken');
    // Written with the next beat even if this very write fails.
    host.words.set(volume.name, { body: effect.body, bodyBoot: host.boot });
    host.given.add(volume.name);
  }
  if (volume.failing.has(host.name)) return refused(effect, 'input/output error');
  const block = {
    state: 'read',
    index: volume.index(host.name),
    host: host.name,
    bodyBoot: host.boot,
    authentic: true,
  } as const;
  switch (effect.do) {
    case 'write-body': {
      const header = nextHeader(host, volume, 'slot', 0);
      volume.writeSlot({ ...block, header, body: effect.body });
      return { of: 'write-body', ok: true, begunMs, endedMs };
    }
    case 'write-seat': {
      const header = nextHeader(host, volume, 'seat', 0);
      volume.writeSeat({ ...block, header, body: effect.body });
      const { phase } = effect.body;
      world.events.emit({ event: 'seat-written', host: host.name, volume: volume.name, phase, begunMs });
      const { seats } = volume.read(host);
      return { of: 'write-seat', ok: true, begunMs, writtenMs: endedMs, endedMs, seats };
    }
    case 'write-cell':
      volume.writeCell(effect.slot, effect.which, effect.record, host.name);
      return { of: 'write-cell', ok: true };
    case 'read-volume': {
      const contents = begun ?? volume.read(host);
      return {
        of: 'read-volume',
        ok: true,
        begunMs,
        endedMs,
        seats: effect.what.includes('seats') ? contents.seats : null,
        slots: effect.what.includes('slots') ? contents.slots : null,
        cells: effect.what.includes('cells') ? contents.cells : null,
      };
    }
  }
}

/** What was not sent by the deadline is not sent any more; of what was, only an answer tells what became of it. */
function sendOrder(world: World, host: SimHost, life: number, effect: Of<'order'>): void {
  const { clock, network } = world;
  const to = world.byIp(effect.to.address.ip);
  const failedIt = (arrived: 'surely-not' | 'no-answer', detail: string): void =>
    world.reply(host, life, effect.id, CALL_MS, { of: 'order', outcome: null, arrived, detail });
  const take = (): void => {
    if (!network.connected(host, to) || world.wedged.has(to.name)) return;
    world.askAgent(to, { ask: 'restart', order: effect.order }, (answer) => {
      if (answer.to !== 'restart' || !network.connected(host, to)) return;
      if (network.breaks()) failedIt('no-answer', 'connection reset');
      else {
        const afterMs = CALL_MS + network.messageDelayMs();
        world.reply(host, life, effect.id, afterMs, { of: 'order', outcome: answer.outcome });
      }
    });
  };
  const connectMs = Math.min(CALL_MS + network.connectDelayMs(), effect.deadlineMs);
  clock.after(connectMs, () => {
    if (!network.connected(host, to) || !to.agent || connectMs === effect.deadlineMs) {
      failedIt('surely-not', 'no connection');
      return;
    }
    const requestMs = network.messageDelayMs() + (network.ordersLateMs.get(host.name) ?? 0);
    if (requestMs === 0) take();
    else if (connectMs + requestMs < effect.deadlineMs) clock.after(requestMs, take);
    else clock.after(effect.deadlineMs - connectMs, () => failedIt('no-answer', 'no answer by the deadline'));
  });
}
