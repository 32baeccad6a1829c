/**
 * The payload of a slot, seat or cell: the boot in which it was written, for which place, by whom, the record as JSON,
 * and a MAC over all of that. Boot and writer are in here, and not taken from the header, because a beat keeps its
 * agent's last payload across a reboot, and because the writer's name is needed to choose the key.
 */
import { decodeAscii, decodeJson, encodeAscii, encodeJson } from '../lib/ascii.ts';
import { concat, equalBytes, fromHex, toHex, viewOf } from '../lib/bytes.ts';
import type { Check } from '../lib/check.ts';
import { MAX_PAYLOAD_BYTES } from './layout.ts';
import type { DamageReason } from './observations.ts';
import { hostName, incidentRecord, MAX_SLOTS, seatBody, slotBody } from './record-checks.ts';
import type { BootId, HostName, IncidentRecord, SeatBody, SlotBody } from './records.ts';

export type Mac = (data: Uint8Array) => Uint8Array;

/** Which key: the writer's own, or the one that eligible hosts alone have. */
export type KeyUse = 'host' | 'lease';

const BOOT_BYTES = 16;
const INDEX_BYTES = 4;
const NAME_OFFSET = BOOT_BYTES + INDEX_BYTES + 1;
const MAC_BYTES = 32;

/** Bytes for the JSON of a record. */
export function roomInPayload(writer: HostName): number {
  return MAX_PAYLOAD_BYTES - MAC_BYTES - NAME_OFFSET - writer.length;
}

/** What a payload may hold: its domain keeps a seat's MAC from passing for a slot's. */
export interface PayloadKind<Body> {
  readonly domain: string;
  /** Seats and cells are written by who may be master: whoever has the key of another host has no hand in them. */
  readonly key: KeyUse;
  readonly check: Check<Body>;
  /** What else must hold between a body and its writer; names the place if it does not. */
  readonly belongs: (body: Body, writer: HostName) => string | null;
}

const slot: PayloadKind<SlotBody> = {
  domain: 'vigil slot v1',
  key: 'host',
  check: slotBody,
  belongs: (body, writer) => (body.host === writer ? null : 'body.host'),
};
const seat: PayloadKind<SeatBody> = {
  domain: 'vigil seat v1',
  key: 'lease',
  check: seatBody,
  belongs: (body, writer) => (body.host === writer ? null : 'body.host'),
};
const cell: PayloadKind<IncidentRecord> = {
  domain: 'vigil cell v1',
  key: 'lease',
  check: incidentRecord,
  belongs: () => null,
};
export const payloads = { slot, seat, cell } as const;

/** What is said for one place counts nowhere else. */
export interface PayloadPlace {
  readonly volumeUuid: string;
  /** Its number among the blocks of its kind. */
  readonly index: number;
}

export interface PayloadOrigin extends PayloadPlace {
  readonly boot: BootId;
  readonly writer: HostName;
}

export type PayloadEncoded =
  | { readonly ok: true; readonly bytes: Uint8Array }
  /** Too big, or a limit broken: the caller drops optional parts. */
  | { readonly ok: false; readonly path: string; readonly expected: string };

export type PayloadOpened<Body> =
  | {
      readonly ok: true;
      readonly writer: HostName;
      readonly boot: BootId;
      readonly body: Body;
      readonly authentic: boolean;
    }
  /** `claimed`: in whose name it was written, which proves nothing. */
  | { readonly ok: false; readonly reason: DamageReason; readonly claimed?: HostName };

export function encodePayload<Body>(
  kind: PayloadKind<Body>,
  origin: PayloadOrigin,
  body: Body,
  mac: Mac,
): PayloadEncoded {
  const boot = fromHex(origin.boot, BOOT_BYTES);
  if (boot === null) return { ok: false, path: 'boot', expected: '32 lower-case hex digits' };
  const { index } = origin;
  if (!Number.isInteger(index) || index < 0 || index >= 2 * MAX_SLOTS)
    return { ok: false, path: 'index', expected: `a whole number below ${2 * MAX_SLOTS}` };
  const name = encodeAscii(origin.writer);
  const checkedName = hostName(origin.writer, 'writer');
  if (name === null || !checkedName.ok) return { ok: false, path: 'writer', expected: 'a host name' };
  const checked = kind.check(body, 'body');
  if (!checked.ok) return checked;
  const misplaced = kind.belongs(checked.value, origin.writer);
  if (misplaced !== null) return { ok: false, path: misplaced, expected: origin.writer };
  const place = new Uint8Array(INDEX_BYTES);
  viewOf(place).setUint32(0, index, true);
  const signed = concat(boot, place, Uint8Array.of(name.length), name, encodeJson(checked.value));
  const room = MAX_PAYLOAD_BYTES - MAC_BYTES;
  if (signed.length > room) {
    return { ok: false, path: 'body', expected: `at most ${room} bytes encoded, not ${signed.length}` };
  }
  return { ok: true, bytes: concat(signed, mac(macInput(kind, origin.volumeUuid, signed))) };
}

/**
 * `macFor` gives null where this host has no key for the writer; such a body is taken on its checksum and marked.
 */
export function openPayload<Body>(
  kind: PayloadKind<Body>,
  { volumeUuid, index }: PayloadPlace,
  payload: Uint8Array,
  macFor: (writer: HostName, use: KeyUse) => Mac | null,
): PayloadOpened<Body> {
  const nameEnd = NAME_OFFSET + (payload[NAME_OFFSET - 1] ?? 0);
  const macStart = payload.length - MAC_BYTES;
  if (nameEnd > macStart) return badField('payload', 'boot id, place, name, record and MAC');
  const writer = hostName(decodeAscii(payload.subarray(NAME_OFFSET, nameEnd)), 'writer');
  if (!writer.ok) return badField(writer.path, writer.expected);
  const signed = payload.subarray(0, macStart);
  const mac = macFor(writer.value, kind.key);
  if (mac !== null && !equalBytes(mac(macInput(kind, volumeUuid, signed)), payload.subarray(macStart))) {
    return { ok: false, reason: { code: 'bad-mac' }, claimed: writer.value };
  }
  const writtenFor = viewOf(payload).getUint32(BOOT_BYTES, true);
  if (writtenFor !== index)
    return { ok: false, reason: { code: 'misplaced', writtenFor }, claimed: writer.value };
  const body = kind.check(decodeJson(payload.subarray(nameEnd, macStart)), 'body');
  if (!body.ok) return badField(body.path, body.expected);
  const misplaced = kind.belongs(body.value, writer.value);
  if (misplaced !== null) return badField(misplaced, writer.value);
  return {
    ok: true,
    writer: writer.value,
    boot: toHex(payload.subarray(0, BOOT_BYTES)),
    body: body.value,
    authentic: mac !== null,
  };
}

/** The zero byte ends the domain, so that no domain is the beginning of another. */
function macInput(kind: { readonly domain: string }, volumeUuid: string, signed: Uint8Array): Uint8Array {
  const place = encodeAscii(`${kind.domain}\0${volumeUuid}`);
  return concat(place ?? new Uint8Array(0), signed);
}

function badField(path: string, expected: string): { ok: false; reason: DamageReason } {
  return { ok: false, reason: { code: 'bad-field', path, expected } };
}
