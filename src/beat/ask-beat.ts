/** Asks whoever serves a beat's socket which beat it is. Unlike an agent's hello that displaces nobody. */
import { connect } from 'node:net';
import { type BeatMessage, MAX_REPORT_FRAME_BYTES } from '../core/wire/beat-messages.ts';
import { parseBeatMessage } from '../core/wire/beat-message-checks.ts';
import { encodeFrame, frameReader } from './frames.ts';

/** A beat is busy for as long as its storage is. */
const ANSWER_MS = 2_000;
const QUESTION_BYTES_MAX = 64;

export type BeatThere =
  | {
      readonly is: 'beat';
      readonly boot: string;
      /** Null: it has no places yet. */
      readonly incarnation: number | null;
    }
  /** Something is there, but does not say who it is: hung, of an older version, or not ours to ask. */
  | { readonly is: 'silent' }
  | { readonly is: 'none' };

const NOBODY: ReadonlySet<unknown> = new Set(['ENOENT', 'ECONNREFUSED']);

export async function askBeat(socketPath: string): Promise<BeatThere> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const reader = frameReader(MAX_REPORT_FRAME_BYTES);
    const settle = (there: BeatThere): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(there);
    };
    const timer = setTimeout(() => settle({ is: 'silent' }), ANSWER_MS);
    socket.on('error', (error) => settle({ is: NOBODY.has(Reflect.get(error, 'code')) ? 'none' : 'silent' }));
    socket.on('close', () => settle({ is: 'silent' }));
    socket.on('connect', () => socket.write(encodeFrame({ kind: 'who' }, QUESTION_BYTES_MAX) ?? ''));
    socket.on('data', (chunk: Buffer) => {
      for (const text of reader.push(chunk) ?? []) {
        const parsed = parseBeatMessage(text);
        const told: BeatMessage | null = parsed.ok ? parsed.value : null;
        if (told?.kind === 'is') settle({ is: 'beat', boot: told.boot, incarnation: told.incarnation });
      }
    });
  });
}
