/** A beat that speaks the socket's protocol by hand, to say things in the very portions that a test is about. */
import { type Socket, createServer } from 'node:net';
import type { TestContext } from 'node:test';
import { encodeFrame, frameReader } from '../../src/beat/frames.ts';
import {
  type AgentMessage,
  type BeatMessage,
  MAX_REPORT_FRAME_BYTES,
  MAX_REQUEST_FRAME_BYTES,
} from '../../src/core/wire/beat-messages.ts';
import { parseAgentMessage } from '../../src/core/wire/beat-message-checks.ts';
import { UUID } from './arbitraries.ts';
import { BOOT, CLUSTER, atEnd, until } from './rig.ts';

export interface RawBeat {
  readonly heard: AgentMessage[];
  /** The id of the first request of this kind. */
  readonly asked: (kind: 'body' | 'seat' | 'cell' | 'read') => Promise<number>;
  /** All in one write, to whoever connected last. */
  readonly say: (...messages: readonly BeatMessage[]) => void;
  readonly hangUp: () => void;
  readonly isLeft: () => boolean;
}

export const WELCOME: BeatMessage = {
  kind: 'welcome',
  superblock: {
    format: 1,
    volumeUuid: UUID,
    cluster: CLUSTER,
    slots: 8,
    seats: 32,
    generation: 1,
    leaseVolumes: 1,
    coordination: 'volume',
  },
  slotIndex: 0,
  seatIndex: 0,
  incarnation: 1,
  boot: BOOT,
  payload: null,
  given: false,
};

export async function rawBeat(t: TestContext, socketPath: string): Promise<RawBeat> {
  const heard: AgentMessage[] = [];
  let last: Socket | null = null;
  const server = createServer((socket) => {
    last = socket;
    const reader = frameReader(MAX_REQUEST_FRAME_BYTES);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      for (const text of reader.push(chunk) ?? []) {
        const parsed = parseAgentMessage(text);
        if (parsed.ok) heard.push(parsed.value);
      }
    });
  });
  server.listen(socketPath);
  atEnd(t, () => {
    last?.destroy();
    server.close();
  });
  await until('it listens', () => server.listening);
  return {
    heard,
    asked: (kind) =>
      until(`it is asked for "${kind}"`, () => {
        const request = heard.find((message) => message.kind === kind);
        return request !== undefined && 'id' in request && request.id;
      }),
    say(...messages) {
      last?.write(
        Buffer.concat(messages.map((message) => encodeFrame(message, MAX_REPORT_FRAME_BYTES) ?? Buffer.of())),
      );
    },
    hangUp: () => last?.end(),
    isLeft: () => last?.closed ?? false,
  };
}
