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
  type Mac,
  type PayloadKind,
  type PayloadOpened,
  openPayload,
  payloads,
} from '../../core/wire/payload.ts';
import type { BlockHeader, BootId, HostName } from '../../core/wire/records.ts';

export type MacFor = (host: HostName) => Mac | null;

export interface BlockReader {
  readonly slots: (reports: readonly BlockReport[]) => SlotObservation[];
  readonly seats: (reports: readonly BlockReport[]) => SeatObservation[];
  readonly cells: (reports: readonly BlockReport[]) => CellObservation[];
}

/** First 64 bits of SHA-256 of a host's name: what stands in the header of its blocks. */
export function ownerOf(host: HostName): string {
  return createHash('sha256').update(host).digest('hex').slice(0, 16);
}

/** For one connection to one volume: the beat's memory of what it has told begins and ends with it. */
export function blockReader(volumeUuid: string, macFor: MacFor): BlockReader {
  const slots = area(payloads.slot, volumeUuid, macFor);
  const seats = area(payloads.seat, volumeUuid, macFor);
  const cells = area(payloads.cell, volumeUuid, macFor);
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

function area<Body>(kind: PayloadKind<Body>, volumeUuid: string, macFor: MacFor) {
  /** Null: claimed, and nothing said yet. */
  const opened = new Map<number, PayloadOpened<Body> | null>();
  const lastHosts = new Map<number, HostName>();

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
      opened.set(index, payload.length === 0 ? null : openPayload(kind, volumeUuid, payload, macFor));
    }
    const known = opened.get(index);
    if (known === undefined) return damaged({ code: 'bad-field', path: 'payload', expected: 'a payload' });
    if (known === null) return null;
    if (!known.ok) return damaged(known.reason);
    // Whose counter advances and who speaks must be one and the same.
    if (ownerOf(known.writer) !== header.owner) {
      return damaged({ code: 'bad-field', path: 'header.owner', expected: `the owner "${known.writer}"` });
    }
    lastHosts.set(index, known.writer);
    const { writer: host, body, boot: bodyBoot, authentic } = known;
    return { state: 'read', index, host, header, body, bodyBoot, authentic };
  }

  return (reports: readonly BlockReport[]): Observation<Body>[] =>
    reports.map(observe).filter((observation) => observation !== null);
}
