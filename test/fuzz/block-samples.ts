/** Blocks of a small cluster's volumes and of its neighbour's, each with all that went into it. */
import * as fc from 'fast-check';
import { concat } from '../../src/core/lib/bytes.ts';
import { crc32c } from '../../src/core/lib/crc32c.ts';
import { decodeBlock, encodeBlock } from '../../src/core/wire/block.ts';
import { BLOCK_BYTES, HEADER_BYTES, MAX_PAYLOAD_BYTES } from '../../src/core/wire/layout.ts';
import { encodePayload, type PayloadKind, payloads } from '../../src/core/wire/payload.ts';
import type { BlockHeader, Superblock } from '../../src/core/wire/records.ts';
import { header, hex, incidentRecord, ownerOf, seatBody, slotBody } from '../volume/arbitraries.ts';
import { changed, type Change } from './change-bytes.ts';
import { CLUSTER, OTHER_CLUSTER, ringOf } from './keys.ts';
import { samples } from './runs.ts';

export const VOLUME = '0f8fad5b-d9cb-469f-a165-70867728950e';
export const SUPERBLOCK: Superblock = {
  format: 1,
  volumeUuid: VOLUME,
  cluster: CLUSTER,
  slots: 4,
  seats: 2,
  leaseVolumes: 1,
  coordination: 'volume',
  generation: 1,
};
export const OTHER_VOLUME = '7c9e6679-7425-40de-944b-e07fc1f90ae7';
export const HOSTS = ['m', 's', 'x'] as const;
export const KINDS = ['slot', 'seat', 'cell'] as const;
export type Kind = (typeof KINDS)[number];

export interface Origin {
  readonly cluster: string;
  readonly volumeUuid: string;
  readonly index: number;
  readonly writer: string;
}

export interface SampleBlock extends Origin {
  readonly kind: Kind;
  readonly header: BlockHeader;
  readonly bodyBoot: string;
  readonly body: unknown;
  readonly payload: Uint8Array;
  readonly bytes: Uint8Array;
}

/** `kind`, whose body may be anything that its check lets pass. */
function encoded(
  kind: Kind,
  { cluster, volumeUuid, index, writer }: Origin,
  header: BlockHeader,
  boot: string,
  body: object,
): readonly SampleBlock[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its check judges the body
  const format = payloads[kind] as PayloadKind<unknown>;
  const payload = encodePayload(
    format,
    { volumeUuid, index, boot, writer },
    body,
    ringOf(writer, format.key, cluster),
  );
  if (!payload.ok) return [];
  const head = { ...header, kind, owner: ownerOf(writer) };
  const block = encodeBlock({ header: head, leaving: false, payload: payload.bytes });
  if (!block.ok) return [];
  const { bytes } = block;
  return [
    {
      kind,
      cluster,
      volumeUuid,
      index,
      writer,
      header: head,
      bodyBoot: boot,
      body,
      payload: payload.bytes,
      bytes,
    },
  ];
}

const origin: fc.Arbitrary<Origin> = fc.record({
  cluster: fc.constantFrom(CLUSTER, CLUSTER, CLUSTER, OTHER_CLUSTER),
  volumeUuid: fc.constantFrom(VOLUME, VOLUME, VOLUME, OTHER_VOLUME),
  index: fc.constantFrom(0, 0, 1, 2),
  writer: fc.constantFrom(...HOSTS),
});
const body = fc.oneof(
  fc.record({ kind: fc.constant('slot' as const), body: slotBody }),
  fc.record({ kind: fc.constant('seat' as const), body: seatBody }),
  fc.record({ kind: fc.constant('cell' as const), body: incidentRecord }),
);

export const blocks: readonly SampleBlock[] = samples(fc.tuple(origin, header, hex(32), body), 200).flatMap(
  ([origin, header, boot, { kind, body }]) =>
    encoded(kind, origin, header, boot, 'host' in body ? { ...body, host: origin.writer } : body),
);

export function isHere({ cluster, volumeUuid }: Origin): boolean {
  return cluster === CLUSTER && volumeUuid === VOLUME;
}

/** Of this cluster and volume, by kind and payload: nothing else may ever be taken for authentic. */
export const genuine: ReadonlyMap<string, SampleBlock> = new Map(
  blocks.filter(isHere).map((block) => [payloadKey(block.kind, block.payload), block]),
);

export function payloadKey(kind: Kind, payload: Uint8Array): string {
  return `${kind} ${Buffer.from(payload).toString('hex')}`;
}

/** What follows the payload is zeros, so a change mostly falls on what says something. */
export function changedBlock(
  { bytes, payload }: SampleBlock,
  list: readonly Change[],
  other: SampleBlock,
): Uint8Array {
  const used = bytes.subarray(0, HEADER_BYTES + payload.length);
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(changed(used, list, other.bytes).subarray(0, BLOCK_BYTES));
  return block;
}

/** With checksums that are right: anybody can compute them. */
export function resummed(bytes: Uint8Array): Uint8Array {
  const block = Uint8Array.from(bytes);
  const numbers = new DataView(block.buffer);
  const length = Math.min(numbers.getUint16(52, true), MAX_PAYLOAD_BYTES);
  numbers.setUint16(52, length, true);
  block.fill(0, HEADER_BYTES + length);
  numbers.setUint32(56, crc32c(block.subarray(HEADER_BYTES, HEADER_BYTES + length)), true);
  numbers.setUint32(60, crc32c(block.subarray(0, 60)), true);
  return block;
}

/** A block around any payload, cut to what fits. */
export function around(payload: Uint8Array, header: BlockHeader): Uint8Array {
  const fits = payload.subarray(0, MAX_PAYLOAD_BYTES);
  const block = encodeBlock({ header, leaving: false, payload: fits });
  return block.ok ? block.bytes : new Uint8Array(0);
}

/** What a payload's MAC is made over. */
export function macInput(kind: Kind, volumeUuid: string, signed: Uint8Array): Uint8Array {
  return concat(Buffer.from(`${payloads[kind].domain}\0${volumeUuid}`), signed);
}

export function payloadOf(bytes: Uint8Array, kind: Kind): Uint8Array | null {
  const block = decodeBlock(bytes, kind);
  return block.state === 'read' ? block.payload : null;
}
