/**
 * The Unix socket on which one agent is served. A new agent displaces the old one: it is the one that systemd started
 * last. What the agent is too slow to take is dropped and counted, never kept.
 */
import { chmodSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { type Server, type Socket, createServer } from 'node:net';
import {
  type AgentMessage,
  type BeatMessage,
  MAX_REPORT_FRAME_BYTES,
  MAX_REQUEST_FRAME_BYTES,
} from '../core/wire/beat-messages.ts';
import { parseAgentMessage } from '../core/wire/beat-message-checks.ts';
import { monotonicMs } from './clock.ts';
import { encodeFrame, frameReader } from './frames.ts';
import { type ReportMemory, reportMemory } from './reports.ts';
import { withShortWords } from './short-words.ts';

/** Readings are dropped while this much waits to be taken. */
export const MAX_UNTAKEN_BYTES = 256 * 1024;
/** How long a beat that ends waits for its agent to take the last words. */
const CLOSE_GRACE_MS = 300;
/** Connections that have not said hello. */
const MAX_STRANGERS = 4;

export type AgentRequest = Exclude<AgentMessage, { readonly kind: 'who' | 'hello' | 'alive' | 'watch' }>;

export interface AgentConnection {
  readonly agent: string;
  readonly memory: ReportMemory;
  readonly watchesSlots: () => boolean;
  readonly droppedReadings: () => number;
  /** False: too much waits already, and this reading counts as dropped. */
  readonly roomForReading: () => boolean;
  /** False: larger than a frame may be; nothing was sent. */
  readonly send: (message: BeatMessage) => boolean;
}

export interface AgentServer {
  readonly connection: () => AgentConnection | null;
  /** Since an agent last said that it lives, or since the beat started. */
  readonly agentSilentMs: () => number;
  /** Null, or why it cannot listen. Listening twice is no error. */
  readonly listen: () => Promise<string | null>;
  readonly close: () => void;
}

export interface AgentServerEvents {
  readonly onHello: (connection: AgentConnection) => void;
  readonly onRequest: (connection: AgentConnection, request: AgentRequest) => void;
  readonly onWho: () => BeatMessage;
  readonly onMalformed: (detail: string) => void;
}

export function agentServer(socketPath: string, events: AgentServerEvents): AgentServer {
  let current: { readonly socket: Socket; readonly connection: AgentConnection } | null = null;
  let lastAliveMs = monotonicMs();
  let server: Server | null = null;
  let bound: string | null = null;
  const strangers = new Set<Socket>();

  function accept(socket: Socket): void {
    const reader = frameReader(MAX_REQUEST_FRAME_BYTES);
    let slots = false;
    let dropped = 0;
    for (const oldest of strangers) if (strangers.size >= MAX_STRANGERS) drop(oldest);
    strangers.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      strangers.delete(socket);
      if (current?.socket === socket) current = null;
    });
    socket.on('data', (chunk: Buffer) => {
      // Who only asked who is there has had its answer, and says nothing more that counts.
      if (socket.writableEnded) return;
      const texts = reader.push(chunk);
      if (texts === null) return malformed('a frame over the limit');
      for (const text of texts) {
        if (socket.destroyed || socket.writableEnded) return;
        const parsed = parseAgentMessage(text);
        if (!parsed.ok) return malformed(`${parsed.path} must be ${parsed.expected}`);
        receive(parsed.value);
      }
    });

    function malformed(detail: string): void {
      events.onMalformed(detail);
      socket.destroy();
    }

    function receive(message: AgentMessage): void {
      if (message.kind === 'hello') return greet(message.agent);
      if (message.kind === 'who') {
        socket.end(encodeFrame(events.onWho(), MAX_REPORT_FRAME_BYTES) ?? '');
        return;
      }
      if (current?.socket !== socket) return malformed(`"${message.kind}" before "hello"`);
      switch (message.kind) {
        case 'alive':
          lastAliveMs = monotonicMs();
          return;
        case 'watch':
          slots = message.slots;
          return;
        case 'body':
        case 'seat':
        case 'cell':
        case 'read':
          events.onRequest(current.connection, message);
      }
    }

    function greet(agent: string): void {
      if (current !== null && current.socket !== socket) current.socket.destroy();
      strangers.delete(socket);
      lastAliveMs = monotonicMs();
      const connection: AgentConnection = {
        agent,
        memory: reportMemory(),
        watchesSlots: () => slots,
        droppedReadings: () => dropped,
        roomForReading() {
          const room = socket.writableLength <= MAX_UNTAKEN_BYTES;
          if (!room) dropped++;
          return room;
        },
        send(message) {
          const frame = encodeFrame(withShortWords(message), MAX_REPORT_FRAME_BYTES);
          if (frame === null) return false;
          // Answers are as many as the agent's requests; one that asks and does not listen is cut off.
          if (socket.writableLength > MAX_REPORT_FRAME_BYTES) socket.destroy();
          else if (socket.writable) socket.write(frame);
          return true;
        },
      };
      current = { socket, connection };
      events.onHello(connection);
    }
  }

  function drop(socket: Socket): void {
    strangers.delete(socket);
    socket.destroy();
  }

  return {
    connection: () => current?.connection ?? null,
    agentSilentMs: () => Math.min(monotonicMs() - lastAliveMs, 0xffff_ffff),
    listen() {
      if (server !== null) return Promise.resolve(null);
      const found = lstatSync(socketPath, { throwIfNoEntry: false });
      if (found !== undefined && !found.isSocket()) {
        return Promise.resolve(`cannot listen on ${socketPath}: it exists and is no socket`);
      }
      // Moved into place when it is ready: that replaces what a killed beat left behind, and Node, which unlinks the
      // path it bound whenever it ends, cannot take away the socket of a later beat.
      const draft = `${socketPath}.${process.pid}`;
      rmSync(draft, { force: true });
      const created = createServer(accept);
      server = created;
      return new Promise((resolve) => {
        created.on('error', (error) => resolve(`cannot listen on ${socketPath}: ${error.message}`));
        created.listen(draft, () => {
          try {
            chmodSync(draft, 0o600);
            renameSync(draft, socketPath);
            bound = identityOf(socketPath);
            resolve(null);
          } catch (error) {
            resolve(`cannot listen on ${socketPath}: ${String(error)}`);
          }
        });
      });
    },
    close() {
      for (const socket of strangers) drop(socket);
      // What was said last still goes out, to an agent that takes it.
      const last = current?.socket;
      last?.destroySoon();
      setTimeout(() => last?.destroy(), CLOSE_GRACE_MS).unref();
      if (bound !== null && identityOf(socketPath) === bound) rmSync(socketPath, { force: true });
      server?.close();
    },
  };
}

/** With the time of its making: inode numbers are used again at once. */
function identityOf(path: string): string | null {
  const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  return found === undefined ? null : `${found.ino} ${found.ctimeNs}`;
}
