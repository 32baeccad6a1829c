/** What agent and beat read from their socket: frames cut anywhere, glued together, damaged, or none at all. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import * as fc from 'fast-check';
import { agentServer, type AgentRequest } from '../../src/beat/agent-server.ts';
import { askBeat } from '../../src/beat/ask-beat.ts';
import { encodeFrame, frameReader } from '../../src/beat/frames.ts';
import {
  MAX_REPORT_FRAME_BYTES,
  MAX_REQUEST_FRAME_BYTES,
  type BeatMessage,
} from '../../src/core/wire/beat-messages.ts';
import { parseAgentMessage, parseBeatMessage } from '../../src/core/wire/beat-message-checks.ts';
import type { VolumeEvent } from '../../src/core/wire/observations.ts';
import { beatClient } from '../../src/drivers/volume/beat-client.ts';
import { changedText, jsonChanges } from './change-json.ts';
import {
  agentMessages,
  agentStreams,
  beatMessages,
  beatStreams,
  type Chunks,
  framesOf,
} from './frame-samples.ts';
import { keyOf } from './keys.ts';
import { expectPlain } from './plain.ts';
import { fuzz, fuzzAsync } from './runs.ts';

const IS: BeatMessage = { kind: 'is', boot: '0'.repeat(32), incarnation: 1 };
const LIMITS = { textLength: 5_376, listItems: 16_384 };

void test('whatever the cuts, the reader gives each whole frame once, keeps less than one, and copies little', (t) => {
  const concat = t.mock.method(Buffer, 'concat');
  const limit = fc.constantFrom(0, 100, MAX_REQUEST_FRAME_BYTES);
  fuzz(
    1,
    fc.property(fc.oneof(agentStreams, beatStreams), limit, (chunks, maxBytes) => {
      const expected = framesOf(chunks, maxBytes);
      concat.mock.resetCalls();
      const reader = frameReader(maxBytes);
      const texts: string[] = [];
      let isOver = false;
      for (const chunk of chunks) {
        const read = reader.push(Buffer.from(chunk));
        isOver = read === null;
        if (read === null) break;
        texts.push(...read);
      }
      assert.equal(isOver, expected.isOver);
      // With the frame that is over the limit the reader drops what came in one portion with it.
      const among = isOver ? expected.texts.slice(0, texts.length) : expected.texts;
      assert.deepEqual(texts, among);
      assert.ok(expected.restBytes < maxBytes + 4, `${expected.restBytes} bytes are kept`);
      const copied = concat.mock.calls.reduce((sum, { result }) => sum + (result?.length ?? 0), 0);
      const all = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      assert.ok(copied <= 3 * all + 16, `${copied} bytes copied of ${all}`);
    }),
  );
});

void test('what is understood of a message is within its limits', () => {
  for (const message of agentMessages) assert.ok(parseAgentMessage(JSON.stringify(message)).ok, 'refused');
  for (const message of beatMessages) assert.ok(parseBeatMessage(JSON.stringify(message)).ok, 'refused');
  const message = fc.constantFrom(...agentMessages, ...beatMessages);
  fuzz(
    5,
    fc.property(message, jsonChanges, (message, list) => {
      const text = changedText(message, list);
      for (const parsed of [parseAgentMessage(text), parseBeatMessage(text)]) {
        if (parsed.ok) expectPlain(parsed.value, LIMITS);
        else assert.ok(parsed.path.length < 100 && parsed.expected.length < 200, 'long words');
      }
    }),
  );
});

function socketIn(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'vigil-fuzz-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'beat.sock');
}

/** Each portion as one write, then the end. */
async function pour(socket: Socket, chunks: Chunks): Promise<void> {
  socket.on('error', () => undefined);
  socket.resume();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (const chunk of chunks) socket.write(chunk);
  socket.end();
  await closed;
}

/** What a beat may do on such a stream: in this order, until the first thing that is not right. */
function allowed(chunks: Chunks): { readonly deeds: readonly string[]; readonly isMalformed: boolean } {
  const { texts, isOver } = framesOf(chunks, MAX_REQUEST_FRAME_BYTES);
  const deeds: string[] = [];
  for (const text of texts) {
    const parsed = parseAgentMessage(text);
    if (!parsed.ok) return { deeds, isMalformed: true };
    const message = parsed.value;
    expectPlain(message, LIMITS);
    if (message.kind === 'who') return { deeds: [...deeds, 'who'], isMalformed: false };
    if (message.kind === 'hello') deeds.push('hello');
    else if (!deeds.includes('hello')) return { deeds, isMalformed: true };
    else if (message.kind !== 'alive' && message.kind !== 'watch') deeds.push(JSON.stringify(message));
  }
  return { deeds, isMalformed: isOver };
}

void test('a beat does what an agent asks that said hello, in order, up to what it does not understand', async (t) => {
  const path = socketIn(t);
  let deeds: string[] = [];
  let malformed = 0;
  let isGreeted = (): void => {};
  const server = agentServer(path, {
    onHello() {
      deeds.push('hello');
      isGreeted();
    },
    onRequest: (_connection, request: AgentRequest) => deeds.push(JSON.stringify(request)),
    onWho() {
      deeds.push('who');
      return IS;
    },
    onMalformed(detail) {
      malformed += 1;
      assert.ok(detail.length < 300, `${detail.length} characters of ${detail.slice(0, 100)}`);
    },
  });
  assert.equal(await server.listen(), null);
  t.after(() => server.close());

  await fuzzAsync(
    0.3,
    fc.asyncProperty(agentStreams, async (chunks) => {
      // Somebody else's hello is no leave to ask.
      const good = connect(path);
      good.on('error', () => undefined);
      good.write(encodeFrame({ kind: 'hello', agent: 'ab'.repeat(8) }, MAX_REQUEST_FRAME_BYTES) ?? '');
      await new Promise<void>((resolve) => {
        isGreeted = resolve;
      });
      deeds = [];
      malformed = 0;
      await pour(connect(path), chunks);
      good.destroy();
      const expected = allowed(chunks);
      // What came in one portion with a frame over the limit may have been dropped with it.
      const isCut = framesOf(chunks, MAX_REQUEST_FRAME_BYTES).isOver;
      assert.deepEqual(deeds, isCut ? expected.deeds.slice(0, deeds.length) : expected.deeds);
      if (!isCut) assert.equal(malformed, expected.isMalformed ? 1 : 0);
    }),
  );
  // It is still there for a good one.
  assert.deepEqual(await askBeat(path), { is: 'beat', boot: '0'.repeat(32), incarnation: 1 });
});

/** Serves each connection with the next portion of bytes, and then ends it. */
async function speaker(t: TestContext): Promise<{ readonly path: string; say: (chunks: Chunks) => void }> {
  const path = socketIn(t);
  let next: Chunks = [];
  const server = createServer((socket) => void pour(socket, next));
  server.listen(path);
  await once(server, 'listening');
  t.after(() => server.close());
  return {
    path,
    say(chunks) {
      next = chunks;
    },
  };
}

const EVENTS = { welcome: 'connected', beat: 'reading', stopped: 'stopped' } as const;

/** What the agent must be told of such a stream. */
function told(chunks: Chunks): { readonly events: readonly string[]; readonly isMalformed: boolean } {
  const { texts, isOver } = framesOf(chunks, MAX_REPORT_FRAME_BYTES);
  const events: string[] = [];
  for (const text of texts) {
    const parsed = parseBeatMessage(text);
    if (!parsed.ok) return { events, isMalformed: true };
    const { kind } = parsed.value;
    if (kind === 'welcome' || kind === 'beat' || kind === 'stopped') events.push(EVENTS[kind]);
  }
  return { events, isMalformed: isOver };
}

void test('an agent takes what a beat says up to what it does not understand, and each of its requests ends', async (t) => {
  const { path, say } = await speaker(t);
  await fuzzAsync(
    0.25,
    fc.asyncProperty(beatStreams, async (chunks) => {
      say(chunks);
      const events: VolumeEvent[] = [];
      const asked: Promise<{ readonly ok: boolean }>[] = [];
      const client = await new Promise<ReturnType<typeof beatClient>>((resolve) => {
        const opened = beatClient({
          volume: 'v',
          socketPath: path,
          host: 'm',
          agent: 'ab'.repeat(8),
          macFor: (host) => keyOf(host),
          onEvent(event) {
            if (event.kind === 'disconnected') return resolve(opened);
            events.push(event);
            if (event.kind === 'connected')
              asked.push(opened.read(['seats']), opened.read(['slots', 'cells']));
          },
          onRefused: ({ claimed }) => assert.ok(claimed === null || claimed.length < 64, 'a long name'),
        });
      });
      const { malformedFrames } = client.counters();
      client.close();
      const expected = told(chunks);
      const kinds = events.map(({ kind }) => kind);
      const isCut = framesOf(chunks, MAX_REPORT_FRAME_BYTES).isOver;
      assert.deepEqual(kinds, isCut ? expected.events.slice(0, kinds.length) : expected.events);
      if (!isCut) assert.equal(malformedFrames, expected.isMalformed ? 1 : 0);
      for (const done of await Promise.all(asked)) assert.equal(typeof done.ok, 'boolean');
    }),
  );
});

void test('whoever asks which beat serves a socket gets an answer, whatever speaks there', async (t) => {
  const { path, say } = await speaker(t);
  await fuzzAsync(
    0.1,
    fc.asyncProperty(beatStreams, async (chunks) => {
      say(chunks);
      const { is } = await askBeat(path);
      assert.ok(is === 'beat' || is === 'silent', is);
    }),
  );
});

void test('a frame that never ends takes no more than its limit', async (t) => {
  const path = socketIn(t);
  let detail = '';
  const server = agentServer(path, {
    onHello: () => assert.fail('hello'),
    onRequest: () => assert.fail('asked'),
    onWho: () => IS,
    onMalformed(words) {
      detail = words;
    },
  });
  assert.equal(await server.listen(), null);
  t.after(() => server.close());
  const head = Buffer.alloc(4);
  head.writeUInt32LE(MAX_REQUEST_FRAME_BYTES + 1);
  await pour(connect(path), [head]);
  assert.equal(detail, 'a frame over the limit');
  assert.equal(encodeFrame({ text: 'x'.repeat(MAX_REQUEST_FRAME_BYTES) }, MAX_REQUEST_FRAME_BYTES), null);
});
