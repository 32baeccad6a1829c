/**
 * Turns what a beat reports of blocks into observations. A beat sends each payload once; what was made of it is kept
 * here, so that a thousand hosts that say nothing new cost nothing to check.
 */
import { createHash } from 'node:crypto';
import type { BlockReport } from '../../core/wire/beat-messages.ts';
import type {
  CellObservation,
  DamageReason,
  SeatObservation,
  SlotObservation,
} from '../../core/wire/observations.ts';
import {
  type KeyUse,
  type Mac,
  type PayloadKind,
  type PayloadOpened,
  openPayload,
  payloads,
} from '../../core/wire/payload.ts';
import type { BlockHeader, BootId, HostName } from '../../core/wire/records.ts';

export type MacFor = (host: HostName, use: KeyUse) => Mac | null;

export interface BlockReader {
  readonly slots: (reports: readonly BlockReport[]) => SlotObservation[];
  readonly seats: (reports: readonly BlockReport[]) => SeatObservation[];
  readonly cells: (reports: readonly BlockReport[]) => CellObservation[];
}

/** First 64 bits of SHA-256 of a host's name: what stands in the header of its blocks. */
export function ownerOf(host: HostName): string {
  return createHash('sha256').update(host).digest('hex').slice(0, 16);
}

/** A block that somebody goes on writing and that cannot be believed: no damage of the past. */
export interface RefusedBlock {
  readonly kind: 'slot' | 'seat' | 'cell';
  readonly index: number;
  /** In whose name it is written, if that can be read. */
  readonly claimed: HostName | null;
  readonly reason: DamageReason;
}

/** For one connection to one volume: the beat's memory of what it has told begins and ends with it. */
export function blockReader(
  volumeUuid: string,
  macFor: MacFor,
  onRefused: (refused: RefusedBlock) => void,
): BlockReader {
  const slots = area('slot', payloads.slot, volumeUuid, macFor, onRefused);
  const seats = area('seat', payloads.seat, volumeUuid, macFor, onRefused);
  const cells = area('cell', payloads.cell, volumeUuid, macFor, onRefused);
  return {
    slots,
    seats,
    cells: (reports) =>
      cells(reports).map((cell) => ({
        ...cell,
        slot: Math.floor(cell.index / 2),
        which: cell.index % 2 === 0 ? 0 : 1,
      })),
  };
}

type Observation<Body> =
  | {
      readonly state: 'read';
      readonly index: number;
      readonly host: HostName;
      readonly header: BlockHeader;
      readonly body: Body;
      readonly bodyBoot: BootId;
      readonly authentic: boolean;
    }
  | {
      readonly state: 'damaged';
      readonly index: number;
      readonly host: HostName | null;
      readonly reason: DamageReason;
      readonly header?: BlockHeader;
    };

function area<Body>(
  name: RefusedBlock['kind'],
  kind: PayloadKind<Body>,
  volumeUuid: string,
  macFor: MacFor,
  onRefused: (refused: RefusedBlock) => void,
) {
  /** Null: claimed, and nothing said yet. */
  const opened = new Map<number, PayloadOpened<Body> | null>();
  const lastHosts = new Map<number, HostName>();
  /** Of blocks that cannot be believed, the moment at which they were written; as many as the volume has blocks. */
  const refusedAt = new Map<number, string>();

  function refuse(index: number, header: BlockHeader, reason: DamageReason, claimed: HostName | null): void {
    const moment = `${header.boot} ${header.incarnation} ${header.counter}`;
    const before = refusedAt.get(index);
    refusedAt.set(index, moment);
    if (before !== undefined && before !== moment) onRefused({ kind: name, index, claimed, reason });
  }

  function observe(report: BlockReport): Observation<Body> | null {
    const { index, header } = report;
    const damaged = (reason: DamageReason): Observation<Body> => ({
      state: 'damaged',
      index,
      host: lastHosts.get(index) ?? null,
      reason,
      ...(header === null ? {} : { header }),
    });
    if (report.damaged !== null) return damaged(report.damaged);
    if (header === null) return damaged({ code: 'bad-field', path: 'header', expected: 'a header' });
    if (report.payload !== null) {
      const payload = Buffer.from(report.payload, 'base64');
      const place = { volumeUuid, index };
      opened.set(index, payload.length === 0 ? null : openPayload(kind, place, payload, macFor));
    }
    const known = opened.get(index);
    if (known === undefined) return damaged({ code: 'bad-field', path: 'payload', expected: 'a payload' });
    if (known === null) return null;
    if (!known.ok) {
      refuse(index, header, known.reason, known.claimed ?? null);
      return damaged(known.reason);
    }
    // Whose counter advances and who speaks must be one and the same.
    if (ownerOf(known.writer) !== header.owner) {
      const expected = `the owner "${known.writer}"`;
      const reason = { code: 'bad-field', path: 'header.owner', expected } as const;
      refuse(index, header, reason, known.writer);
      return damaged(reason);
    }
    refusedAt.delete(index);
    lastHosts.set(index, known.writer);
    const { writer: host, body, boot: bodyBoot, authentic } = known;
    return { state: 'read', index, host, header, body, bodyBoot, authentic };
  }

  return (reports: readonly BlockReport[]): Observation<Body>[] =>
    reports.map(observe).filter((observation) => observation !== null);
}
