/** What a beat says in one portion is taken as it was said: each report builds on what was told before it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Untimed } from '../../src/agent/loop.ts';
import { type Drivers, performEffect } from '../../src/agent/perform.ts';
import type { BeatMessage, BlockReport } from '../../src/core/wire/beat-messages.ts';
import type { SeatObservation, SlotObservation } from '../../src/core/wire/observations.ts';
import { type PayloadKind, encodePayload, payloads } from '../../src/core/wire/payload.ts';
import type { BlockHeader } from '../../src/core/wire/records.ts';
import { beatClient } from '../../src/drivers/volume/beat-client.ts';
import { UUID, ownerOf, testMac } from './arbitraries.ts';
import { type RawBeat, WELCOME, rawBeat } from './raw-beat.ts';
import { BOOT, atEnd, folder, seatBodyOf, slotBodyOf, until } from './rig.ts';

const KEY = testMac('key');
const INDEX = 5;
const TIMES = { begunMs: 1, endedMs: 2 };

/** A body that differs from every other of another number; null: the one that was told last. */
function block(kind: 'slot' | 'seat', counter: number, body: number | null): BlockReport {
  const header: BlockHeader = {
    kind,
    owner: ownerOf('b'),
    boot: BOOT,
    incarnation: 1,
    counter,
    agentSilentMs: 0,
    given: true,
  };
  const payload =
    body === null
      ? null
      : kind === 'slot'
        ? encoded(payloads.slot, slotBodyOf('b', { sequence: body }))
        : encoded(payloads.seat, seatBodyOf('b', { term: body }));
  return { index: INDEX, header, payload, damaged: null };
}

function encoded<Body>(kind: PayloadKind<Body>, body: Body): string {
  const origin = { volumeUuid: UUID, index: INDEX, boot: BOOT, writer: 'b' };
  const done = encodePayload(kind, origin, body, KEY);
  return done.ok ? Buffer.from(done.bytes).toString('base64') : assert.fail(done.path);
}

function beat(counter: number, body: number | null): BeatMessage {
  const slots = [block('slot', counter, body)];
  const seats = [block('seat', counter, body)];
  return { kind: 'beat', counter, ...TIMES, wroteMs: 2, error: null, seats, slots, droppedReadings: 0 };
}

function readDone(id: number, counter: number, body: number): BeatMessage {
  const slots = [block('slot', counter, body)];
  return { kind: 'read-done', id, ...TIMES, seats: [block('seat', counter, body)], slots, cells: null };
}

function shown(blocks: readonly (SlotObservation | SeatObservation)[] | null): string {
  const [one] = blocks ?? [];
  if (one === undefined) return 'nothing';
  if (one.state !== 'read') return one.reason.code;
  return `${one.header.counter} with ${'term' in one.body ? one.body.term : one.body.sequence}`;
}

/** What of it the core is told, in that order: the counter of a block, and which body it has. */
function wordsOf(input: Untimed): string | null {
  if (input.kind === 'volume') {
    const { event } = input;
    if (event.kind !== 'reading') return event.kind;
    return `reading: seat ${shown(event.seats)}, slot ${shown(event.slots)}`;
  }
  if (input.kind !== 'result') return null;
  const { result } = input;
  if (result.of === 'write-seat') return result.ok ? `seat written: ${shown(result.seats)}` : 'refused';
  if (result.of !== 'read-volume') return null;
  return result.ok ? `read: seat ${shown(result.seats)}, slot ${shown(result.slots)}` : 'not read';
}

interface Agent {
  readonly beat: RawBeat;
  readonly told: string[];
  readonly lateAnswers: () => number;
  readonly read: (untilMs?: number) => void;
  readonly writeSeat: () => void;
}

/** An agent that knows its places and has had one reading, with body 1. */
async function agent(t: TestContext, onTold: (told: string, close: () => void) => void = () => {}) {
  const socketPath = join(folder(t), 'beat.sock');
  const raw = await rawBeat(t, socketPath);
  const told: string[] = [];
  const feed = (input: Untimed): void => {
    const words = wordsOf(input);
    if (words === null) return;
    told.push(words);
    onTold(words, client.close);
  };
  const client = beatClient({
    volume: 'v',
    socketPath,
    host: 'a',
    agent: 'ab'.repeat(8),
    macFor: () => KEY,
    onEvent: (event) => feed({ kind: 'volume', event }),
    onRefused: () => assert.fail('nothing is to be refused'),
  });
  atEnd(t, () => client.close());
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- nothing else of the drivers is used
  const drivers = { beats: new Map([['v', client]]) } as unknown as Drivers;
  await until('hello', () => raw.heard.some(({ kind }) => kind === 'hello'));
  raw.say(WELCOME, beat(1, 1));
  await until('the first reading', () => told.length === 2);
  assert.deepEqual(told.splice(0), ['connected', 'reading: seat 1 with 1, slot 1 with 1']);
  const running: Agent = {
    beat: raw,
    told,
    lateAnswers: () => client.counters().lateAnswers,
    read: (untilMs = Infinity) =>
      performEffect(drivers, feed, {
        do: 'read-volume',
        id: 1,
        untilMs,
        volume: 'v',
        what: ['slots', 'seats'],
      }),
    writeSeat: () =>
      performEffect(drivers, feed, {
        do: 'write-seat',
        id: 2,
        untilMs: Infinity,
        volume: 'v',
        body: seatBodyOf('a'),
      }),
  };
  return running;
}

void test('a reading that builds on an answer, or goes beyond it, comes after it', async (t) => {
  const { beat: raw, told, read } = await agent(t);
  read();
  const id = await raw.asked('read');
  raw.say(beat(2, null), readDone(id, 3, 2), beat(4, null), beat(5, 3), beat(6, null));
  await until('all is told', () => told.length === 5);
  assert.deepEqual(told, [
    'reading: seat 2 with 1, slot 2 with 1',
    'read: seat 3 with 2, slot 3 with 2',
    'reading: seat 4 with 2, slot 4 with 2',
    'reading: seat 5 with 3, slot 5 with 3',
    'reading: seat 6 with 3, slot 6 with 3',
  ]);
});

void test('so it is with the seats that were read for a claim', async (t) => {
  const { beat: raw, told, writeSeat } = await agent(t);
  writeSeat();
  const id = await raw.asked('seat');
  const seats = [block('seat', 2, 2)];
  raw.say({ kind: 'seat-written', id, ...TIMES, writtenMs: 1, seats }, beat(3, 3), beat(4, null));
  await until('all is told', () => told.length === 3);
  assert.deepEqual(told, [
    'seat written: 2 with 2',
    'reading: seat 3 with 3, slot 3 with 3',
    'reading: seat 4 with 3, slot 4 with 3',
  ]);
});

void test('an answer that nobody waits for any more is still what later readings build on', async (t) => {
  const { beat: raw, told, lateAnswers, read } = await agent(t);
  read(0);
  const id = await raw.asked('read');
  raw.say(readDone(id, 2, 2));
  await until('it came too late', () => lateAnswers() === 1);
  raw.say(beat(3, null));
  await until('the next reading', () => told.length === 1);
  assert.deepEqual(told, ['reading: seat 3 with 2, slot 3 with 2']);
});

void test('what a beat said last is told before its end', async (t) => {
  const { beat: raw, told, read } = await agent(t);
  read();
  const id = await raw.asked('read');
  const stopped = { kind: 'stopped', reason: 'foreign-writer', detail: 'another', block: null } as const;
  raw.say(beat(2, null), stopped, readDone(id, 3, 2));
  raw.hangUp();
  await until('the end', () => told.includes('disconnected'));
  const reading = 'reading: seat 2 with 1, slot 2 with 1';
  assert.deepEqual(told, [reading, 'stopped', 'read: seat 3 with 2, slot 3 with 2', 'disconnected']);
});

void test('a client that is closed is told no more, not even of what came in the same portion', async (t) => {
  const { beat: raw, told } = await agent(t, (words, close) => {
    if (words.includes('seat 2')) close();
  });
  raw.say(beat(2, null), beat(3, null));
  await until('it has hung up', raw.isLeft);
  assert.deepEqual(told, ['reading: seat 2 with 1, slot 2 with 1']);
});

void test('of more readings than are read at once none is lost, and none comes twice', async (t) => {
  const { beat: raw, told } = await agent(t);
  const readings = Array.from({ length: 2_000 }, (_, i) => beat(i + 2, null));
  raw.say(...readings);
  await until('all is told', () => told.length === readings.length);
  assert.deepEqual(
    told,
    readings.map((_, i) => `reading: seat ${i + 2} with 1, slot ${i + 2} with 1`),
  );
});
