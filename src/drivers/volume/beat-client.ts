/**
 * The agent's side of a beat. A hung volume blocks the beat and nothing else: each request has a deadline, and an
 * answer that comes after it is dropped and counted. Nothing here throws or rejects.
 */
import { monotonicMs } from '../../beat/clock.ts';
import type { BeatMessage, ReadWhat } from '../../core/wire/beat-messages.ts';
import type {
  BodyWritten,
  CellWritten,
  OwnBody,
  ReadDone,
  SeatWritten,
  VolumeEvent,
  VolumeResult,
} from '../../core/wire/observations.ts';
import { cellIndex } from '../../core/wire/layout.ts';
import { type PayloadKind, encodePayload, openPayload, payloads } from '../../core/wire/payload.ts';
import type {
  AgentIncarnation,
  HostName,
  IncidentRecord,
  SeatBody,
  SlotBody,
  VolumeName,
} from '../../core/wire/records.ts';
import { type Answer, answerOf, fail, mismatched, observed, times } from './beat-answers.ts';
import { beatConnection } from './beat-connection.ts';
import { type BlockReader, type MacFor, type RefusedBlock, blockReader } from './block-reader.ts';
import { type Settled, pendingRequests } from './pending-requests.ts';

/** Longer than a claim may take altogether (4 s): past it no answer is of use. */
export const REQUEST_DEADLINE_MS = 4_000;
/** A host is taken for dead no sooner than after several beats; twice a beat keeps `agentSilentMs` small. */
export const ALIVE_INTERVAL_MS = 500;

export interface BeatClientOptions {
  readonly volume: VolumeName;
  readonly socketPath: string;
  readonly host: HostName;
  readonly agent: AgentIncarnation;
  /** Null for a host whose key is not at hand: its records are then taken on their checksum. */
  readonly macFor: MacFor;
  readonly onEvent: (event: VolumeEvent) => void;
  /** Never the own slot or seat: those hold what an earlier agent of this host said, until this one speaks. */
  readonly onRefused: (refused: RefusedBlock) => void;
  readonly requestDeadlineMs?: number;
}

export interface BeatClientCounters {
  readonly connections: number;
  readonly lateAnswers: number;
  readonly malformedFrames: number;
  /** Readings that the beat dropped on the current connection because this agent was too slow. */
  readonly droppedReadings: number;
  /** Own bodies on the volume that could not be opened: intents may have been lost. */
  readonly unreadableOwnBodies: number;
}

export interface BeatClient {
  /** `untilMs`, monotonic: no later than that, and no later than the deadline of this client. */
  readonly writeBody: (body: SlotBody, untilMs?: number) => Promise<BodyWritten>;
  readonly writeSeat: (body: SeatBody, untilMs?: number) => Promise<SeatWritten>;
  readonly writeCell: (
    slot: number,
    which: 0 | 1,
    record: IncidentRecord,
    untilMs?: number,
  ) => Promise<CellWritten>;
  readonly read: (what: readonly ReadWhat[], untilMs?: number) => Promise<ReadDone>;
  /** Kept across reconnections. */
  readonly watch: (slots: boolean) => void;
  readonly counters: () => BeatClientCounters;
  readonly close: () => void;
}

type Welcome = Extract<BeatMessage, { readonly kind: 'welcome' }>;

export function beatClient(options: BeatClientOptions): BeatClient {
  const { volume, host, agent, macFor, onEvent } = options;
  const deadlineMs = options.requestDeadlineMs ?? REQUEST_DEADLINE_MS;
  const pending = pendingRequests<Answer>();
  let station: { readonly welcome: Welcome; readonly reader: BlockReader } | null = null;
  let slots = false;
  let connections = 0;
  let lateAnswers = 0;
  let droppedReadings = 0;
  let unreadableOwnBodies = 0;

  const connection = beatConnection(options.socketPath, {
    onConnected() {
      connections++;
      connection.send({ kind: 'hello', agent });
      connection.send({ kind: 'watch', slots });
    },
    onMessage: receive,
    onDisconnected(detail) {
      station = null;
      droppedReadings = 0;
      pending.failAll({ code: 'disconnected', detail });
      onEvent({ kind: 'disconnected', volume, detail });
    },
  });
  const alive = setInterval(() => connection.send({ kind: 'alive', agent }), ALIVE_INTERVAL_MS);

  function receive(message: BeatMessage): void {
    switch (message.kind) {
      case 'welcome':
        return enter(message);
      case 'beat':
        droppedReadings = message.droppedReadings;
        return onEvent({
          kind: 'reading',
          volume,
          begunMs: message.begunMs,
          endedMs: message.endedMs,
          wroteMs: message.wroteMs,
          error: message.error,
          seats: observed(station?.reader.seats, message.seats),
          slots: observed(station?.reader.slots, message.slots),
        });
      case 'stopped':
        return onEvent({
          kind: 'stopped',
          volume,
          reason: message.reason,
          detail: message.detail,
          other:
            observed(station?.reader.slots, message.block === null ? null : [message.block])?.[0] ?? null,
        });
      case 'is':
        return;
      case 'failed': {
        const { code, detail } = message;
        return settle(message.id, { ok: false, error: { code, detail } });
      }
      case 'body-written':
      case 'cell-written':
      case 'seat-written':
      case 'read-done':
        return settle(message.id, { ok: true, answer: answerOf(message, station?.reader) });
    }
  }

  function refuse(refused: RefusedBlock): void {
    const own = { slot: station?.welcome.slotIndex, seat: station?.welcome.seatIndex, cell: null };
    if (refused.index !== own[refused.kind]) options.onRefused(refused);
  }

  function settle(id: number, settled: Settled<Answer>): void {
    if (!pending.settle(id, settled)) lateAnswers++;
  }

  function enter(welcome: Welcome): void {
    const { superblock, slotIndex, seatIndex, incarnation } = welcome;
    const { volumeUuid } = superblock;
    // The beat may welcome twice on one connection, and goes on from what it told on it before.
    const sameVolume = station?.welcome.superblock.volumeUuid === volumeUuid;
    const reader = station !== null && sameVolume ? station.reader : blockReader(volumeUuid, macFor, refuse);
    station = { welcome, reader };
    let ownBody: OwnBody | null = null;
    if (welcome.payload !== null && slotIndex !== null) {
      const bytes = Buffer.from(welcome.payload, 'base64');
      const opened = openPayload(payloads.slot, { volumeUuid, index: slotIndex }, bytes, macFor);
      if (opened.ok && opened.writer === host) {
        const { body, boot } = opened;
        ownBody = { body, boot, given: welcome.given };
      } else unreadableOwnBodies++;
    }
    const places = { slotIndex, seatIndex, incarnation };
    onEvent({ kind: 'connected', volume, uuid: volumeUuid, superblock, ...places, ownBody });
  }

  function ask(
    send: (id: number, untilMs: number) => boolean,
    askedUntilMs = Infinity,
    isSeat = false,
  ): Promise<Settled<Answer>> {
    const nowMs = monotonicMs();
    const untilMs = Math.floor(Math.min(askedUntilMs, nowMs + deadlineMs));
    return pending.begin(untilMs - nowMs, isSeat, (id) => {
      if (station !== null && send(id, untilMs)) return;
      const detail = station === null ? 'not connected to the beat' : 'the beat does not take requests';
      pending.settle(id, { ok: false, error: { code: 'disconnected', detail } });
    });
  }

  function encode<Body>(
    kind: PayloadKind<Body>,
    place: (welcome: Welcome) => number | null,
    body: Body,
  ): VolumeResult<{ readonly payload: string }> {
    if (station === null) return fail({ code: 'disconnected', detail: 'not connected to the beat' });
    const mac = macFor(host, kind.key);
    if (mac === null) return fail({ code: 'no-key', detail: `no key for "${host}"` });
    const { superblock, boot } = station.welcome;
    // Without a place the beat refuses it, whatever is in it.
    const index = place(station.welcome) ?? 0;
    const origin = { volumeUuid: superblock.volumeUuid, index, boot, writer: host };
    const encoded = encodePayload(kind, origin, body, mac);
    return encoded.ok
      ? { ok: true, payload: Buffer.from(encoded.bytes).toString('base64') }
      : fail({ code: 'does-not-fit', detail: `${encoded.path} must be ${encoded.expected}` });
  }

  return {
    async writeBody(body, askedUntilMs) {
      const encoded = encode(payloads.slot, ({ slotIndex }) => slotIndex, body);
      if (!encoded.ok) return encoded;
      const { payload } = encoded;
      const leaving = body.leaving !== null;
      const settled = await ask(
        (id, untilMs) => connection.send({ kind: 'body', id, untilMs, payload, leaving }),
        askedUntilMs,
      );
      if (!settled.ok) return settled;
      return settled.answer.kind === 'body-written' ? times(settled.answer) : mismatched(settled.answer);
    },
    async writeSeat(body, askedUntilMs) {
      const encoded = encode(payloads.seat, ({ seatIndex }) => seatIndex, body);
      if (!encoded.ok) return encoded;
      const { payload } = encoded;
      const settled = await ask(
        (id, untilMs) => connection.send({ kind: 'seat', id, untilMs, payload }),
        askedUntilMs,
        true,
      );
      if (!settled.ok) return settled;
      if (settled.answer.kind !== 'seat-written') return mismatched(settled.answer);
      const { writtenMs, seats } = settled.answer;
      return { ...times(settled.answer), writtenMs, seats };
    },
    async writeCell(slot, which, record, askedUntilMs) {
      const encoded = encode(payloads.cell, () => cellIndex(slot, which), record);
      if (!encoded.ok) return encoded;
      const { payload } = encoded;
      const settled = await ask(
        (id, untilMs) => connection.send({ kind: 'cell', id, untilMs, slot, which, payload }),
        askedUntilMs,
      );
      if (!settled.ok) return settled;
      return settled.answer.kind === 'cell-written' ? times(settled.answer) : mismatched(settled.answer);
    },
    async read(what, askedUntilMs) {
      const settled = await ask(
        (id, untilMs) => connection.send({ kind: 'read', id, untilMs, what }),
        askedUntilMs,
      );
      if (!settled.ok) return settled;
      if (settled.answer.kind !== 'read-done') return mismatched(settled.answer);
      const { seats, slots: read, cells } = settled.answer;
      return { ...times(settled.answer), seats, slots: read, cells };
    },
    watch(wanted) {
      if (slots === wanted) return;
      slots = wanted;
      connection.send({ kind: 'watch', slots });
    },
    counters: () => ({
      connections,
      lateAnswers,
      malformedFrames: connection.malformedFrames(),
      droppedReadings,
      unreadableOwnBodies,
    }),
    close() {
      clearInterval(alive);
      connection.close();
      pending.failAll({ code: 'disconnected', detail: 'closed by this agent' });
    },
  };
}
