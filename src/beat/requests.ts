/** What the agent asks for between two beats, carried out. */
import { assertNever } from '../core/lib/assert-never.ts';
import type { BeatMessage, ReadWhat } from '../core/wire/beat-messages.ts';
import { decodeBlock, encodeBlock } from '../core/wire/block.ts';
import { cellBlocks, cellIndex, seatBlocks, slotBlocks } from '../core/wire/layout.ts';
import type { VolumeErrorCode } from '../core/wire/observations.ts';
import type { AgentConnection, AgentRequest } from './agent-server.ts';
import { monotonicMs } from './clock.ts';
import type { OpenVolume } from './open-volume.ts';
import { type OtherWriter, type OwnSlot, volumeError } from './own-slot.ts';
import { legible } from './places.ts';
import type { Io, IoFailure } from './volume-file.ts';

/** What a beat has once it has opened its volume and taken its places. */
export interface Station {
  /** Opened again after an I/O error. */
  volume: OpenVolume;
  readonly owner: string;
  readonly boot: string;
  readonly incarnation: number;
  /** Null: the volume is full. */
  readonly slot: OwnSlot | null;
  readonly seatIndex: number | null;
  /** The last counter of each kind; the slot has its own. That of the seat is the clock by which orders age. */
  readonly written: { seat: number; cell: number };
  /** Who writes in its place; it then writes nothing. */
  foreign: OtherWriter | null;
  /** Its places were not to be had: it looks for them again. */
  readonly lookAgain: boolean;
}

type Request<Kind extends AgentRequest['kind']> = Extract<AgentRequest, { readonly kind: Kind }>;
type Answer = BeatMessage;

export function carryOut(
  station: Station,
  connection: AgentConnection,
  request: AgentRequest,
  agentSilentMs: number,
): Answer {
  const { id } = request;
  if (request.kind !== 'read' && station.foreign !== null) {
    return failed(id, 'foreign-writer', station.foreign.detail);
  }
  const lateMs = monotonicMs() - request.untilMs;
  // What was asked for before this beat hung may cover what others have written since.
  if (lateMs >= 0) return failed(id, 'too-late', `asked for until ${lateMs} ms ago`);
  switch (request.kind) {
    case 'body':
      return writeBody(station, request, agentSilentMs);
    case 'seat':
      return writeSeat(station, connection, request);
    case 'cell':
      return writeCell(station, request);
    case 'read':
      return read(station, connection, request);
    default:
      return assertNever(request);
  }
}

function writeBody(station: Station, request: Request<'body'>, agentSilentMs: number): Answer {
  const { id } = request;
  if (station.slot === null) return failed(id, 'volume-full', 'every slot of the volume is taken');
  station.slot.say(Buffer.from(request.payload, 'base64'), request.leaving);
  const write = station.slot.write(station.volume, agentSilentMs);
  switch (write.state) {
    case 'written':
      return { kind: 'body-written', id, begunMs: write.begunMs, endedMs: write.wroteMs };
    case 'failed':
      return failed(id, write.error.code, write.error.detail);
    case 'foreign-writer':
      return failed(id, 'foreign-writer', write.other.detail);
    case 'not-yet':
      return failed(id, 'bad-request', 'an empty body');
    case 'lost':
      return failed(id, 'volume-changed', write.detail);
    default:
      return assertNever(write);
  }
}

function writeSeat(station: Station, connection: AgentConnection, request: Request<'seat'>): Answer {
  const { id } = request;
  const { file, superblock } = station.volume;
  const seats = seatBlocks(superblock);
  if (station.seatIndex === null) return failed(id, 'no-seat', 'this host owns no seat on the volume');
  const begunMs = monotonicMs();
  const block = seats.first + station.seatIndex;
  const before = file.readBlock(block);
  if (!before.ok) return ioFailed(id, before);
  const found = legible(decodeBlock(before.bytes, 'seat'));
  if (found.state === 'read' && found.header.owner !== station.owner) {
    return failed(id, 'foreign-writer', `seat ${station.seatIndex} is now written by ${found.header.owner}`);
  }
  const written = writeBlock(station, block, 'seat', request.payload);
  if (!written.ok) return ioFailed(id, written);
  const writtenMs = monotonicMs();
  const reread = connection.memory.read(file, 'seat', seats);
  if (!reread.ok) return ioFailed(id, reread);
  return { kind: 'seat-written', id, begunMs, writtenMs, endedMs: monotonicMs(), seats: reread.reports };
}

function writeCell(station: Station, request: Request<'cell'>): Answer {
  const { id, slot, which } = request;
  const { superblock } = station.volume;
  if (slot >= superblock.slots || (which !== 0 && which !== 1)) {
    return failed(id, 'bad-request', `the volume has ${superblock.slots} slots of two cells`);
  }
  const begunMs = monotonicMs();
  const block = cellBlocks(superblock).first + cellIndex(slot, which);
  const written = writeBlock(station, block, 'cell', request.payload);
  return written.ok ? { kind: 'cell-written', id, begunMs, endedMs: monotonicMs() } : ioFailed(id, written);
}

function writeBlock(station: Station, block: number, kind: 'seat' | 'cell', payload: string): Io {
  const { owner, boot, incarnation, written } = station;
  written[kind] += 1;
  const encoded = encodeBlock({
    header: { kind, owner, boot, incarnation, counter: written[kind], agentSilentMs: 0, given: true },
    leaving: false,
    payload: Buffer.from(payload, 'base64'),
  });
  if (!encoded.ok) {
    return { ok: false, code: 'io', errno: '', detail: `${encoded.path} must be ${encoded.expected}` };
  }
  return station.volume.file.writeBlock(block, encoded.bytes);
}

function read(station: Station, connection: AgentConnection, request: Request<'read'>): Answer {
  const { id, what } = request;
  const { file, superblock } = station.volume;
  const begunMs = monotonicMs();
  const areas = { seats: seatBlocks, slots: slotBlocks, cells: cellBlocks };
  const kinds = { seats: 'seat', slots: 'slot', cells: 'cell' } as const;
  const part = (wanted: ReadWhat) =>
    what.includes(wanted)
      ? connection.memory.read(file, kinds[wanted], areas[wanted](superblock))
      : ({ ok: true, reports: null } as const);
  const seats = part('seats');
  const slots = seats.ok ? part('slots') : seats;
  const cells = slots.ok ? part('cells') : slots;
  if (!seats.ok || !slots.ok || !cells.ok) {
    // What was read is not sent, so it must not count as told.
    connection.memory.forget();
    const first = [seats, slots, cells].find((each) => !each.ok);
    return first !== undefined && !first.ok ? ioFailed(id, first) : failed(id, 'io', 'unreadable');
  }
  return {
    kind: 'read-done',
    id,
    begunMs,
    endedMs: monotonicMs(),
    seats: seats.reports,
    slots: slots.reports,
    cells: cells.reports,
  };
}

function ioFailed(id: number, failure: IoFailure): Answer {
  const { code, detail } = volumeError(failure);
  return failed(id, code, detail);
}

function failed(id: number, code: VolumeErrorCode, detail: string): Answer {
  return { kind: 'failed', id, code, detail };
}
