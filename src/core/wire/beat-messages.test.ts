import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { count, header, hex, record } from '../../../test/volume/arbitraries.ts';
import { encodeFrame, frameReader } from '../../beat/frames.ts';
import { parseAgentMessage, parseBeatMessage } from './beat-message-checks.ts';
import type { AgentMessage, BeatMessage, BlockReport } from './beat-messages.ts';

const payload = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const agentMessage: fc.Arbitrary<AgentMessage> = fc.oneof(
  record({ kind: fc.constant('who' as const) }),
  record({ kind: fc.constantFrom('hello' as const, 'alive' as const), agent: hex(16) }),
  record({ kind: fc.constant('body' as const), id: count, untilMs: count, payload, leaving: fc.boolean() }),
  record({ kind: fc.constant('seat' as const), id: count, untilMs: count, payload }),
  record({
    kind: fc.constant('read' as const),
    id: count,
    untilMs: count,
    what: fc.subarray(['seats' as const, 'slots' as const, 'cells' as const]),
  }),
  record({
    kind: fc.constant('cell' as const),
    id: count,
    untilMs: count,
    slot: fc.nat(16_383),
    which: fc.nat(1),
    payload,
  }),
  record({ kind: fc.constant('watch' as const), slots: fc.boolean() }),
);
const reports: fc.Arbitrary<BlockReport[]> = fc.array(
  fc.oneof(
    record({ index: fc.nat(1_000), header, payload: fc.option(payload), damaged: fc.constant(null) }),
    record({
      index: fc.nat(1_000),
      header: fc.constant(null),
      payload: fc.constant(null),
      damaged: fc.constantFrom(
        { code: 'torn' as const },
        { code: 'newer-format' as const, format: 9 },
        { code: 'bad-field' as const, path: 'header.kind', expected: 'slot' },
      ),
    }),
  ),
  { maxLength: 5 },
);
const beatMessage: fc.Arbitrary<BeatMessage> = fc.oneof(
  record({
    kind: fc.constant('beat' as const),
    counter: count,
    begunMs: count,
    endedMs: count,
    wroteMs: fc.option(count),
    error: fc.option(fc.constant({ code: 'io' as const, detail: 'write: EIO' })),
    seats: fc.option(reports),
    slots: fc.option(reports),
    droppedReadings: count,
  }),
  record({
    kind: fc.constantFrom('body-written' as const, 'cell-written' as const),
    id: count,
    begunMs: count,
    endedMs: count,
  }),
  record({
    kind: fc.constant('seat-written' as const),
    id: count,
    begunMs: count,
    writtenMs: count,
    endedMs: count,
    seats: reports,
  }),
  record({
    kind: fc.constant('failed' as const),
    id: count,
    code: fc.constant('io' as const),
    detail: fc.string(),
  }),
  record({
    kind: fc.constant('stopped' as const),
    reason: fc.constant('foreign-writer' as const),
    detail: fc.string(),
    block: reports.map(([first]) => first ?? null),
  }),
  record({ kind: fc.constant('is' as const), boot: hex(32), incarnation: fc.option(count) }),
);

void test('an older beat that stopped does not tell who writes in its place', () => {
  const message = { kind: 'stopped', reason: 'foreign-writer', detail: 'd' };
  assert.deepEqual(parseBeatMessage(JSON.stringify(message)), {
    ok: true,
    value: { ...message, block: null },
  });
});

void test('messages survive their frames, in whatever pieces they arrive', () => {
  fc.assert(
    fc.property(
      fc.array(agentMessage, { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 60 })),
      (messages, cuts) => {
        let stream = Buffer.concat(
          messages.map((message) => encodeFrame(message, 10_000) ?? Buffer.alloc(0)),
        );
        const reader = frameReader(10_000);
        const texts: string[] = [];
        for (const cut of [...cuts, stream.length]) {
          texts.push(...(reader.push(stream.subarray(0, cut)) ?? ['over the limit']));
          stream = stream.subarray(cut);
        }
        texts.push(...(reader.push(stream) ?? []));
        assert.deepEqual(
          texts.map((text) => parseAgentMessage(text)),
          messages.map((value) => ({ ok: true, value })),
        );
      },
    ),
  );
});

void test('what a beat says survives', () => {
  fc.assert(
    fc.property(beatMessage, (value) => {
      assert.deepEqual(parseBeatMessage(JSON.stringify(value)), { ok: true, value });
    }),
  );
});

void test('no text and no JSON makes the validators throw, or pass as something else', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        fc.jsonValue().map((value) => JSON.stringify(value)),
      ),
      (text) => {
        assert.equal(parseAgentMessage(text).ok, false);
        assert.equal(parseBeatMessage(text).ok, false);
      },
    ),
  );
  // One field of a valid message replaced by any JSON value: refused, or that very value was right.
  fc.assert(
    fc.property(agentMessage, fc.nat(), fc.jsonValue(), (message, which, value) => {
      const keys = Object.keys(message);
      const changed = { ...message, [keys[which % keys.length] ?? '']: value };
      const parsed = parseAgentMessage(JSON.stringify(changed));
      if (parsed.ok) assert.deepEqual(parsed.value, JSON.parse(JSON.stringify(changed)));
    }),
  );
});

void test('limits of frames and payloads hold', () => {
  assert.equal(encodeFrame({ a: 'x'.repeat(100) }, 50), null);
  assert.equal(frameReader(50).push(Buffer.from([51, 0, 0, 0])), null);
  const over = Buffer.alloc(4_033).toString('base64');
  assert.deepEqual(
    parseAgentMessage(JSON.stringify({ kind: 'seat', id: 1, untilMs: 1, payload: `${over}AAAA` })),
    {
      ok: false,
      path: 'payload',
      expected: 'base64 of at most 4032 bytes',
    },
  );
  assert.deepEqual(parseAgentMessage('{"kind":"toString"}'), {
    ok: false,
    path: 'kind',
    expected: 'one of who, hello, alive, body, seat, read, cell, watch',
  });
});
