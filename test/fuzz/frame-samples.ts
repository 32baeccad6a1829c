/** What agent and beat say to each other, well and badly, as the bytes on their socket. */
import * as fc from 'fast-check';
import type { AgentMessage, BeatMessage, BlockReport, ReadWhat } from '../../src/core/wire/beat-messages.ts';
import { hex } from '../volume/arbitraries.ts';
import { blocks, type Kind, SUPERBLOCK } from './block-samples.ts';
import { changed, changes } from './change-bytes.ts';
import { anyText, changedText, jsonChanges } from './change-json.ts';
import { samples } from './runs.ts';

const id = fc.nat(3);
const untilMs = fc.nat();
const base64 = fc.constantFrom(...blocks.map(({ payload }) => Buffer.from(payload).toString('base64')));
const agentMessage: fc.Arbitrary<AgentMessage> = fc.oneof(
  fc.record({ kind: fc.constant('who' as const) }),
  fc.record({ kind: fc.constantFrom('hello' as const, 'alive' as const), agent: hex(16) }),
  fc.record({ kind: fc.constant('body' as const), id, untilMs, payload: base64, leaving: fc.boolean() }),
  fc.record({ kind: fc.constant('seat' as const), id, untilMs, payload: base64 }),
  fc.record({
    kind: fc.constant('read' as const),
    id,
    untilMs,
    what: fc.subarray<ReadWhat>(['seats', 'slots', 'cells']),
  }),
  fc.record({
    kind: fc.constant('cell' as const),
    id,
    untilMs,
    slot: fc.nat(9),
    which: fc.nat(1),
    payload: base64,
  }),
  fc.record({ kind: fc.constant('watch' as const), slots: fc.boolean() }),
);

function reports(kind: Kind): fc.Arbitrary<BlockReport[] | null> {
  const those = blocks
    .filter((block) => block.kind === kind)
    .map(({ header, payload }) => ({ header, payload: Buffer.from(payload).toString('base64') }));
  const damaged = { header: null, payload: null, damaged: { code: 'torn' } } as const;
  const report = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...those).map((block) => ({ ...block, damaged: null })) },
    { weight: 1, arbitrary: fc.constant(damaged) },
  );
  return fc.option(
    fc.array(report, { maxLength: 3 }).map((all) => all.map((one, index) => ({ index, ...one }))),
  );
}

const time = fc.nat(100_000);
const span = { begunMs: time, endedMs: time };
const [slots, seats, cells] = [reports('slot'), reports('seat'), reports('cell')];
const code = fc.constantFrom('io' as const, 'volume-full' as const, 'busy' as const);
const error = fc.record({ code, detail: fc.string() });
const beatMessage: fc.Arbitrary<BeatMessage> = fc.oneof(
  fc.record({
    kind: fc.constant('welcome' as const),
    superblock: fc.constant(SUPERBLOCK),
    slotIndex: fc.option(fc.nat(3)),
    seatIndex: fc.option(fc.nat(1)),
    incarnation: time,
    boot: hex(32),
    payload: fc.option(base64),
    given: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('beat' as const),
    counter: time,
    ...span,
    wroteMs: fc.option(time),
    error: fc.option(error),
    seats,
    slots,
    droppedReadings: id,
  }),
  fc.record({ kind: fc.constantFrom('body-written' as const, 'cell-written' as const), id, ...span }),
  fc.record({
    kind: fc.constant('seat-written' as const),
    id,
    writtenMs: time,
    ...span,
    seats: seats.map((all) => all ?? []),
  }),
  fc.record({ kind: fc.constant('read-done' as const), id, ...span, seats, slots, cells }),
  fc.record({ kind: fc.constant('failed' as const), id, code, detail: fc.string() }),
  fc.record({
    kind: fc.constant('stopped' as const),
    reason: fc.constant('foreign-writer' as const),
    detail: fc.string(),
    block: slots.map((all) => all?.[0] ?? null),
  }),
  fc.record({ kind: fc.constant('is' as const), boot: hex(32), incarnation: fc.option(time) }),
);

/** Bytes in the portions in which they arrive. */
export type Chunks = readonly Uint8Array[];

const length = fc.oneof(
  { weight: 6, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff_ffff }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
);

function frame(text: string, announced: number | null): Buffer {
  const json = Buffer.from(text);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(announced ?? json.length);
  return Buffer.concat([head, json]);
}

/** Frames one after the other, some of them bad, cut anywhere and glued together. */
function streams(messages: readonly object[]): fc.Arbitrary<Chunks> {
  const message = fc.constantFrom(...messages);
  const text = fc.oneof(
    { weight: 6, arbitrary: message.map((whole) => JSON.stringify(whole)) },
    {
      weight: 2,
      arbitrary: fc.tuple(message, jsonChanges).map(([whole, list]) => changedText(whole, list)),
    },
    { weight: 1, arbitrary: anyText },
  );
  const frames = fc
    .array(fc.tuple(text, length), { minLength: 1, maxLength: 6 })
    .map((all) => Buffer.concat(all.map(([text, announced]) => frame(text, announced))));
  const bytes = fc.oneof(
    { weight: 3, arbitrary: frames },
    {
      weight: 1,
      arbitrary: fc.tuple(frames, frames, changes).map(([one, other, list]) => changed(one, list, other)),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  );
  const cuts = fc.array(fc.oneof(fc.nat(), fc.nat(8)), { maxLength: 12 });
  return fc.tuple(bytes, cuts).map(([bytes, cuts]) => inChunks(bytes, cuts));
}

function inChunks(bytes: Uint8Array, cuts: readonly number[]): Chunks {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...places, bytes.length]
    .map((end, at) => bytes.subarray(places[at - 1] ?? 0, end))
    .filter((chunk) => chunk.length > 0);
}

/** With the prototype of JSON, which fast-check's records have not. */
const plain = (all: readonly object[]): object[] => all.map((one) => ({ ...one }));

export const agentMessages = plain(samples(agentMessage, 60));
export const beatMessages = plain(samples(beatMessage, 60));
export const agentStreams = streams(agentMessages);
export const beatStreams = streams(beatMessages);

/** What a reader of such a stream must make of it: the texts, and whether it has to give up. */
export function framesOf(
  chunks: Chunks,
  maxBytes: number,
): { readonly texts: readonly string[]; readonly isOver: boolean; readonly restBytes: number } {
  const bytes = Buffer.concat(chunks);
  const texts: string[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const length = bytes.readUInt32LE(at);
    if (length > maxBytes) return { texts, isOver: true, restBytes: 0 };
    if (at + 4 + length > bytes.length) break;
    texts.push(bytes.toString('utf8', at + 4, at + 4 + length));
    at += 4 + length;
  }
  return { texts, isOver: false, restBytes: bytes.length - at };
}
