/** Turns effects into calls of drivers, and what they bring back into inputs. */
import type { Answer, Effect } from '../core/effect.ts';
import type { RequestId, Result } from '../core/input.ts';
import { type CloudAnswer, type CloudCall, type CloudFailure } from '../core/recovery/cloud.ts';
import type { ReportSink } from '../drivers/journal/report-sink.ts';
import type { Journal } from '../drivers/journal/journal.ts';
import type { Cloud } from '../drivers/nova/cloud-driver.ts';
import { askProbe, sendOrder } from '../drivers/orders/orders.ts';
import type { PeerClient } from '../drivers/orders/peer-client.ts';
import type { Prober } from '../drivers/probe/probe.ts';
import type { Udp } from '../drivers/udp/udp.ts';
import type { BeatClient } from '../drivers/volume/beat-client.ts';
import type { VolumeError } from '../core/wire/observations.ts';
import type { HandedOverTokens } from './handed-over-tokens.ts';
import type { Untimed } from './loop.ts';

export interface Drivers {
  readonly udp: Udp;
  readonly beats: ReadonlyMap<string, BeatClient>;
  readonly prober: Prober;
  readonly peers: PeerClient;
  /** Null on hosts that are not eligible: they hold no credential. */
  readonly cloud: Cloud | null;
  readonly tokens: HandedOverTokens;
  readonly journal: Journal;
  readonly sinks: readonly ReportSink[];
  readonly signal: AbortSignal;
  /** Hands an answer to whoever asked through the API. */
  readonly answer: (id: RequestId, answer: Answer) => void;
  readonly onStopped: () => void;
}

/** A token for an order is had at once, or the order does not go out. */
const TOKEN_DEADLINE_MS = 10_000;

export function performEffect(drivers: Drivers, feed: (input: Untimed) => void, effect: Effect): void {
  const answerWith = (id: number, result: Promise<Result | null>): void => {
    // Drivers answer with values; a rejection is a fault of ours, and the core's own deadline ends the wait.
    result.then(
      (value) => value !== null && feed({ kind: 'result', id, result: value }),
      (error: unknown) => drivers.journal.write('fault', { effect: effect.do, detail: String(error) }),
    );
  };
  switch (effect.do) {
    case 'send':
      drivers.udp.send(effect.datagram, effect.to, effect.host);
      return;
    case 'watch':
      drivers.beats.get(effect.volume)?.watch(effect.slots);
      return;
    case 'write-body':
    case 'write-seat':
    case 'write-cell':
    case 'read-volume':
      answerWith(effect.id, askBeat(drivers, effect));
      return;
    case 'probe':
      answerWith(
        effect.id,
        drivers.prober.probe(effect.target, effect.deadlineMs).then((answer) => ({ of: 'probe', answer })),
      );
      return;
    case 'ask-probe': {
      const asked = askProbe(drivers.peers, effect.via, effect.target, effect.deadlineMs);
      answerWith(
        effect.id,
        asked.then((answer) => ({ of: 'ask-probe', answer })),
      );
      return;
    }
    case 'cloud':
      answerWith(
        effect.id,
        askCloud(drivers, effect).then((answer) => ({ of: 'cloud', answer })),
      );
      return;
    case 'order':
      answerWith(effect.id, giveOrder(drivers, effect));
      return;
    case 'forget-token':
      drivers.tokens.drop(effect.onBehalfOf);
      return;
    case 'answer':
      drivers.answer(effect.id, effect.answer);
      return;
    case 'report':
      for (const sink of drivers.sinks) sink.deliver(effect.report);
      return;
    case 'journal':
      drivers.journal.write(effect.event, effect.data);
      return;
    case 'stopped':
      drivers.onStopped();
      return;
  }
}

type VolumeEffect = Extract<Effect, { do: 'write-body' | 'write-seat' | 'write-cell' | 'read-volume' }>;

/** Null: no answer by the deadline. What was asked may still be carried out, which an answer would deny. */
async function askBeat(drivers: Drivers, effect: VolumeEffect): Promise<Result | null> {
  const beat = drivers.beats.get(effect.volume);
  const failed = ({ code, detail }: VolumeError): Result | null =>
    code === 'deadline'
      ? null
      : { of: effect.do, ok: false, volume: effect.volume, detail: `${code}: ${detail}` };
  if (beat === undefined) return failed({ code: 'disconnected', detail: 'no such volume is configured' });
  switch (effect.do) {
    case 'write-body': {
      const done = await beat.writeBody(effect.body, effect.untilMs);
      return done.ok ? { of: effect.do, ...done } : failed(done.error);
    }
    case 'write-seat': {
      const done = await beat.writeSeat(effect.body, effect.untilMs);
      return done.ok ? { of: effect.do, ...done } : failed(done.error);
    }
    case 'write-cell': {
      const done = await beat.writeCell(effect.slot, effect.which, effect.record, effect.untilMs);
      return done.ok ? { of: effect.do, ok: true } : failed(done.error);
    }
    case 'read-volume': {
      const done = await beat.read(effect.what, effect.untilMs);
      return done.ok ? { of: effect.do, ...done } : failed(done.error);
    }
  }
}

async function askCloud(drivers: Drivers, effect: Extract<Effect, { do: 'cloud' }>): Promise<CloudAnswer> {
  const { call, deadlineMs } = effect;
  const handed = effect.onBehalfOf === null ? null : drivers.tokens.cloudOf(effect.onBehalfOf);
  if (
    handed !== null &&
    (call.call === 'evacuate' || call.call === 'list-migrations' || call.call === 'get-server')
  ) {
    return handed.perform(call, deadlineMs, drivers.signal);
  }
  if (drivers.cloud !== null) return drivers.cloud.perform(call, deadlineMs, drivers.signal);
  return notAsked(call, 'this host holds no credential, and the token of the order is gone');
}

function notAsked(call: CloudCall, detail: string): CloudAnswer {
  const failure: CloudFailure = {
    code: 'unreachable',
    service: 'keystone',
    status: null,
    requestId: null,
    detail,
  };
  return { call: call.call, ok: false, failure };
}

async function giveOrder(drivers: Drivers, effect: Extract<Effect, { do: 'order' }>): Promise<Result> {
  const notSent = (detail: string): Result => ({ of: 'order', outcome: null, arrived: 'surely-not', detail });
  if (drivers.cloud === null) return notSent('this host holds no credential to take a token with');
  const token = await drivers.cloud.shortLivedToken(TOKEN_DEADLINE_MS, drivers.signal);
  if (!token.ok) return notSent(`no token for the order: ${token.failure.detail}`);
  return sendOrder(drivers.peers, effect.to, effect.order, token.value, effect.deadlineMs);
}
