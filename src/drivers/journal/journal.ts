/**
 * The journal: why everything happened, as JSON lines. `write` puts a line into a bounded queue and returns; one
 * writer takes all that waits, appends it and has it on disk before it takes more. A disk that hangs costs lines, which
 * are counted, and never the agent's loop.
 */
import { mkdirSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { errno } from '../../config/errno.ts';
import { openFile, readTail, rotate } from './journal-files.ts';
import type { ReportSink, SinkEvent } from './report-sink.ts';
import { createTail, type Tail } from './tail.ts';

export const MAX_QUEUED_BYTES = 4 * 1024 * 1024;
export const LINE_BYTES_MAX = 64 * 1024;
const RETRY_MS = 1_000;

export interface JournalOptions {
  readonly directory: string;
  readonly fileBytesMax: number;
  readonly filesMax: number;
  readonly count: (event: SinkEvent) => void;
}

export interface Journal {
  readonly tail: Tail;
  readonly sink: ReportSink;
  write(event: string, data: Readonly<Record<string, unknown>>): void;
  close(deadlineMs: number): Promise<void>;
}

export type JournalOpened =
  | { readonly ok: true; readonly journal: Journal }
  | { readonly ok: false; readonly words: string };

export async function openJournal(options: JournalOptions): Promise<JournalOpened> {
  let opened: Awaited<ReturnType<typeof openFile>>;
  try {
    mkdirSync(options.directory, { recursive: true, mode: 0o750 });
    opened = await openFile(options.directory);
  } catch (error) {
    return { ok: false, words: `the journal in ${options.directory} cannot be opened (${errno(error)})` };
  }
  return { ok: true, journal: startWriter(options, opened.file, opened.bytes) };
}

function startWriter(options: JournalOptions, firstFile: FileHandle, firstBytes: number): Journal {
  const tail = createTail(readTail(options.directory));
  let file: FileHandle | null = firstFile;
  let fileBytes = firstBytes;
  let nextSeq = tail.lastSeq() + 1;
  let queue: string[] = [];
  let queuedBytes = 0;
  let dropped = 0;
  let writing: Promise<void> | null = null;
  let isClosed = false;

  const append = async (lines: readonly string[]): Promise<void> => {
    if (file === null) {
      ({ file, bytes: fileBytes } = await openFile(options.directory));
    }
    const bytes = Buffer.from(lines.join(''));
    await file.appendFile(bytes);
    await file.datasync();
    fileBytes += bytes.length;
    if (fileBytes < options.fileBytesMax) return;
    await file.close();
    file = null;
    await rotate(options.directory, options.filesMax);
    ({ file, bytes: fileBytes } = await openFile(options.directory));
  };

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const lines = queue;
      queue = [];
      try {
        await append(lines);
        queuedBytes -= lines.reduce((sum, line) => sum + line.length, 0);
        for (const _ of lines) options.count('sent');
      } catch {
        options.count('failed');
        queue = [...lines, ...queue];
        void file?.close().catch(() => undefined);
        file = null;
        if (isClosed) return;
        await pause(RETRY_MS);
      }
    }
  };

  const write = (event: string, data: Readonly<Record<string, unknown>>): void => {
    const entry = { seq: nextSeq, at: new Date().toISOString(), event, data };
    const line = toLine(entry);
    if (isClosed || line === null || queuedBytes + line.length > MAX_QUEUED_BYTES) {
      dropped += 1;
      options.count('dropped');
      return;
    }
    nextSeq += 1;
    tail.push(entry);
    queue.push(line);
    queuedBytes += line.length;
    if (dropped > 0 && event !== 'journal-dropped') {
      const lost = dropped;
      dropped = 0;
      write('journal-dropped', { lines: lost });
    }
    writing ??= drain().finally(() => {
      writing = null;
    });
  };

  const close = async (deadlineMs: number): Promise<void> => {
    isClosed = true;
    await Promise.race([writing ?? Promise.resolve(), pause(deadlineMs)]);
    if (writing === null) await file?.close().catch(() => undefined);
  };
  const sink: ReportSink = { name: 'journal', deliver: (report) => write('report', { ...report }), close };
  return { tail, sink, write, close };
}

function toLine(entry: {
  readonly seq: number;
  readonly at: string;
  readonly event: string;
  readonly data: unknown;
}): string | null {
  const { event, at, seq, data } = entry;
  try {
    const line = `${JSON.stringify({ event, at, seq, data })}\n`;
    return line.length > LINE_BYTES_MAX ? null : line;
  } catch {
    return null;
  }
}

async function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, forMs).unref();
  });
}
