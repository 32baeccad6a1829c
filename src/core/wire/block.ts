/**
 * One block: 64 bytes of header that suffice to judge liveness without any key, then a payload that this file does not
 * look into. Byte layout: docs/protocol.md.
 */
import { encodeAscii, decodeAscii } from '../lib/ascii.ts';
import { fromHex, isCount, isU32, isZero, readCount, toHex, viewOf, writeCount } from '../lib/bytes.ts';
import { crc32c } from '../lib/crc32c.ts';
import { BLOCK_BYTES, FORMAT, HEADER_BYTES, MAX_PAYLOAD_BYTES } from './layout.ts';
import type { DamageReason } from './observations.ts';
import type { BlockHeader } from './records.ts';

export const MAGIC = 'VGL1';
export const PAYLOAD_FORMAT = 1;
const FLAG_LEAVING = 1;
const FLAG_GIVEN = 2;
const KINDS = ['superblock', 'seat', 'slot', 'cell'] as const;
const HEADER_CRC_OFFSET = 60;

export interface Block {
  readonly header: BlockHeader;
  /** The owner's agent announced that it stops; repeats what the body says for those without a key. */
  readonly leaving: boolean;
  /** May be empty: the block is claimed and nothing has been said yet. */
  readonly payload: Uint8Array;
}

export type BlockEncoded =
  | { readonly ok: true; readonly bytes: Uint8Array }
  | { readonly ok: false; readonly path: string; readonly expected: string };

export type BlockDecoded =
  /** All zero: nobody's. */
  | { readonly state: 'free' }
  | ({ readonly state: 'read'; readonly payloadCrc: number } & Block)
  | {
      readonly state: 'damaged';
      readonly reason: DamageReason;
      /** Of one that is torn, or newer: its checksum is right, so that it tells whose the block is, and whether it moves. */
      readonly header?: BlockHeader;
    };

export function encodeBlock(block: Block): BlockEncoded {
  const { header, payload } = block;
  const owner = fromHex(header.owner, 8);
  if (owner === null) return refuse('header.owner', '16 lower-case hex digits');
  const boot = fromHex(header.boot, 16);
  if (boot === null) return refuse('header.boot', '32 lower-case hex digits');
  if (!isCount(header.incarnation)) return refuse('header.incarnation', 'a whole number below 2^53');
  if (!isCount(header.counter)) return refuse('header.counter', 'a whole number below 2^53');
  if (!isU32(header.agentSilentMs)) return refuse('header.agentSilentMs', 'a whole number below 2^32');
  if (payload.length > MAX_PAYLOAD_BYTES) {
    return refuse('payload', `at most ${MAX_PAYLOAD_BYTES} bytes, not ${payload.length}`);
  }

  const bytes = new Uint8Array(BLOCK_BYTES);
  const numbers = viewOf(bytes);
  bytes.set(encodeAscii(MAGIC) ?? []);
  numbers.setUint16(4, FORMAT, true);
  bytes[6] = KINDS.indexOf(header.kind) + 1;
  bytes[7] = (block.leaving ? FLAG_LEAVING : 0) | (header.given ? FLAG_GIVEN : 0);
  bytes.set(owner, 8);
  bytes.set(boot, 16);
  writeCount(numbers, 32, header.incarnation);
  writeCount(numbers, 40, header.counter);
  numbers.setUint32(48, header.agentSilentMs, true);
  numbers.setUint16(52, payload.length, true);
  numbers.setUint16(54, PAYLOAD_FORMAT, true);
  numbers.setUint32(56, crc32c(payload), true);
  numbers.setUint32(HEADER_CRC_OFFSET, crc32c(bytes.subarray(0, HEADER_CRC_OFFSET)), true);
  bytes.set(payload, HEADER_BYTES);
  return { ok: true, bytes };
}

/** The payload is a copy: the caller may use the memory again. */
export function decodeBlock(bytes: Uint8Array, kind: BlockHeader['kind']): BlockDecoded {
  if (bytes.length !== BLOCK_BYTES) return badField('block', `${BLOCK_BYTES} bytes`);
  const numbers = viewOf(bytes);
  if (decodeAscii(bytes.subarray(0, 4)) !== MAGIC) {
    return isZero(bytes) ? { state: 'free' } : damaged({ code: 'bad-magic' });
  }
  if (numbers.getUint32(HEADER_CRC_OFFSET, true) !== crc32c(bytes.subarray(0, HEADER_CRC_OFFSET))) {
    return damaged({ code: 'header-checksum' });
  }
  // The checksum is at the same place in every format, so a format that fails here is not just a flipped bit.
  const format = numbers.getUint16(4, true);
  if (format < 1) return badField('header.format', '1 or later');
  if (format > FORMAT) return newer(format, readHeader(bytes, numbers, kind));
  const header = readHeader(bytes, numbers, kind);
  if ('path' in header) return badField(header.path, header.expected);
  const payloadBytes = numbers.getUint16(52, true);
  if (payloadBytes > MAX_PAYLOAD_BYTES)
    return badField('header.payloadBytes', `at most ${MAX_PAYLOAD_BYTES}`);
  const payloadFormat = numbers.getUint16(54, true);
  if (payloadFormat > PAYLOAD_FORMAT) return newer(payloadFormat, header);
  if (payloadFormat < 1) return badField('header.payloadFormat', '1 or later');
  // Not `slice`: of a Buffer it would be the same memory.
  const payload = Uint8Array.from(bytes.subarray(HEADER_BYTES, HEADER_BYTES + payloadBytes));
  const payloadCrc = numbers.getUint32(56, true);
  // What follows the payload is written as zeros; anything else is the rest of an older write.
  if (payloadCrc !== crc32c(payload) || !isZero(bytes.subarray(HEADER_BYTES + payloadBytes))) {
    return { state: 'damaged', reason: { code: 'torn' }, header };
  }
  return {
    state: 'read',
    header,
    // Other flags are a later version's business.
    leaving: ((bytes[7] ?? 0) & FLAG_LEAVING) !== 0,
    payload,
    payloadCrc,
  };
}

type NoHeader = { readonly path: string; readonly expected: string };

/** What is in it stays where it is in every later format: who cannot understand a block still sees it move. */
function readHeader(bytes: Uint8Array, numbers: DataView, kind: BlockHeader['kind']): BlockHeader | NoHeader {
  if (KINDS[(bytes[6] ?? 0) - 1] !== kind) return { path: 'header.kind', expected: kind };
  const incarnation = readCount(numbers, 32);
  if (incarnation === null) return { path: 'header.incarnation', expected: 'below 2^53' };
  const counter = readCount(numbers, 40);
  if (counter === null) return { path: 'header.counter', expected: 'below 2^53' };
  return {
    kind,
    owner: toHex(bytes.subarray(8, 16)),
    boot: toHex(bytes.subarray(16, 32)),
    incarnation,
    counter,
    agentSilentMs: numbers.getUint32(48, true),
    given: ((bytes[7] ?? 0) & FLAG_GIVEN) !== 0,
  };
}

function newer(format: number, header: BlockHeader | NoHeader): BlockDecoded {
  const reason = { code: 'newer-format', format } as const;
  return 'path' in header ? damaged(reason) : { state: 'damaged', reason, header };
}

function refuse(path: string, expected: string): BlockEncoded {
  return { ok: false, path, expected };
}

function damaged(reason: DamageReason): BlockDecoded {
  return { state: 'damaged', reason };
}

function badField(path: string, expected: string): BlockDecoded {
  return damaged({ code: 'bad-field', path, expected });
}
