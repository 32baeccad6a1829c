/**
 * The connection to a beat's socket, made again and again with a capped back-off for as long as it is wanted. What
 * came together is handed on one by one: whoever waits for a promise that one message settles goes on before the next.
 */
import { type Socket, connect } from 'node:net';
import { encodeFrame, frameReader } from '../../beat/frames.ts';
import {
  type AgentMessage,
  type BeatMessage,
  MAX_REPORT_FRAME_BYTES,
  MAX_REQUEST_FRAME_BYTES,
} from '../../core/wire/beat-messages.ts';
import { parseBeatMessage } from '../../core/wire/beat-message-checks.ts';

const RECONNECT_MS_MIN = 100;
const RECONNECT_MS_MAX = 2_000;
/** A beat that does not read its socket hangs; what is said to it then would only be old when it wakes. */
const MAX_UNSENT_BYTES = 1024 * 1024;

export interface BeatConnection {
  /** False: not connected, or the beat has not taken what was sent before. */
  readonly send: (message: AgentMessage) => boolean;
  readonly malformedFrames: () => number;
  readonly close: () => void;
}

export interface BeatConnectionEvents {
  readonly onConnected: () => void;
  readonly onMessage: (message: BeatMessage) => void;
  readonly onDisconnected: (detail: string) => void;
}

export function beatConnection(socketPath: string, events: BeatConnectionEvents): BeatConnection {
  let socket: Socket | null = null;
  let closed = false;
  let malformedFrames = 0;
  let backoffMs = RECONNECT_MS_MIN;
  let timer: NodeJS.Timeout | null = null;

  function open(): void {
    timer = null;
    const reader = frameReader(MAX_REPORT_FRAME_BYTES);
    const opening = connect(socketPath);
    let reason = 'the beat closed the connection';
    let waiting: string[] = [];
    let handingOn = false;
    let gone = false;
    opening.on('connect', () => {
      socket = opening;
      events.onConnected();
    });
    opening.on('data', (chunk: Buffer) => {
      const texts = reader.push(chunk);
      if (texts === null) return malformed('a frame over the limit');
      if (texts.length === 0) return;
      // Until all of it is taken nothing more is read: a beat that says too much is held up, and knows how to drop.
      opening.pause();
      waiting = texts;
      handingOn = true;
      handOn();
    });
    opening.on('error', (error) => {
      reason = error.message;
    });
    opening.on('close', () => {
      gone = true;
      // What it said before still counts.
      if (!handingOn) end();
    });

    function handOn(): void {
      const text = closed ? undefined : waiting.shift();
      if (text === undefined) {
        handingOn = false;
        if (gone) end();
        else opening.resume();
        return;
      }
      setImmediate(handOn);
      const parsed = parseBeatMessage(text);
      if (!parsed.ok) return malformed(`${parsed.path} must be ${parsed.expected}`);
      backoffMs = RECONNECT_MS_MIN;
      events.onMessage(parsed.value);
    }

    function end(): void {
      const wasConnected = socket === opening;
      if (wasConnected) socket = null;
      if (wasConnected && !closed) events.onDisconnected(reason);
      if (closed) return;
      timer = setTimeout(open, backoffMs);
      backoffMs = Math.min(backoffMs * 2, RECONNECT_MS_MAX);
    }

    function malformed(detail: string): void {
      malformedFrames++;
      waiting = [];
      reason = `the beat sent something malformed: ${detail}`;
      opening.destroy();
    }
  }

  open();
  return {
    send(message) {
      if (socket === null || socket.destroyed || socket.writableLength > MAX_UNSENT_BYTES) return false;
      const frame = encodeFrame(message, MAX_REQUEST_FRAME_BYTES);
      if (frame === null) return false;
      socket.write(frame);
      return true;
    },
    malformedFrames: () => malformedFrames,
    close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      socket?.destroy();
    },
  };
}
