/** The files of the journal: `journal.jsonl` is written; `journal.1.jsonl` is the last closed one, and so on. */
import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JournalEntry } from './tail.ts';

const TAIL_BYTES = 512 * 1024;

export function journalFile(directory: string, number = 0): string {
  return join(directory, number === 0 ? 'journal.jsonl' : `journal.${number}.jsonl`);
}

/** A crash or a full disk may have left half a line; what comes next begins on a line of its own. */
export async function openFile(
  directory: string,
): Promise<{ readonly file: FileHandle; readonly bytes: number }> {
  const file = await open(journalFile(directory), 'a+', 0o640);
  const { size } = await file.stat();
  if (size === 0) return { file, bytes: 0 };
  const last = Buffer.alloc(1);
  await file.read(last, 0, 1, size - 1);
  if (last.toString() !== '\n') await file.appendFile('\n');
  return { file, bytes: size + 1 };
}

/** Makes room for a new file; the oldest goes. */
export async function rotate(directory: string, filesMax: number): Promise<void> {
  await rm(journalFile(directory, filesMax), { force: true });
  for (let number = filesMax - 1; number >= 0; number -= 1) {
    if (existsSync(journalFile(directory, number))) {
      await rename(journalFile(directory, number), journalFile(directory, number + 1));
    }
  }
}

/** The last lines, those that are whole; a line torn by a crash is left out. Newest files first until some are found. */
export function readTail(directory: string): readonly JournalEntry[] {
  const current = readEntries(journalFile(directory));
  return current.length > 0 ? current : readEntries(journalFile(directory, 1));
}

function readEntries(path: string): readonly JournalEntry[] {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch {
    return [];
  }
  try {
    const size = fstatSync(descriptor).size;
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8').split('\n').flatMap(parseEntry);
  } finally {
    closeSync(descriptor);
  }
}

function parseEntry(line: string): readonly JournalEntry[] {
  if (line === '') return [];
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null) return [];
    if (!('seq' in value && 'at' in value && 'event' in value && 'data' in value)) return [];
    const { seq, at, event, data } = value;
    if (typeof seq !== 'number' || typeof at !== 'string' || typeof event !== 'string') return [];
    return typeof data === 'object' && data !== null ? [{ seq, at, event, data: { ...data } }] : [];
  } catch {
    return [];
  }
}
