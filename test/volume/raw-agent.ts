/** An agent that speaks the socket's protocol by hand, to do what the real client never would. */
import { type Socket, connect } from 'node:net';
import type { TestContext } from 'node:test';
import { encodeFrame, frameReader } from '../../src/beat/frames.ts';
import {
  type AgentMessage,
  type BeatMessage,
  MAX_REPORT_FRAME_BYTES,
} from '../../src/core/wire/beat-messages.ts';
import { parseBeatMessage } from '../../src/core/wire/beat-message-checks.ts';
import { atEnd } from './rig.ts';

export interface RawAgent {
  readonly socket: Socket;
  readonly heard: BeatMessage[];
  readonly say: (message: AgentMessage) => void;
}

export function rawAgent(t: TestContext, socketPath: string): RawAgent {
  const socket = connect(socketPath);
  const reader = frameReader(MAX_REPORT_FRAME_BYTES);
  const heard: BeatMessage[] = [];
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    for (const text of reader.push(chunk) ?? []) {
      const parsed = parseBeatMessage(text);
      if (parsed.ok) heard.push(parsed.value);
    }
  });
  atEnd(t, () => socket.destroy());
  const say = (message: AgentMessage): void => void socket.write(encodeFrame(message, 100_000) ?? '');
  say({ kind: 'hello', agent: 'ab'.repeat(8) });
  return { socket, heard, say };
}
