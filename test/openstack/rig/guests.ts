/**
 * What a VM's file on the shared storage tells: `host counter monotonic-ns pid` every 200 ms by whichever process is
 * the VM at that moment. All hosts share one kernel, so the times of different hosts can be compared directly.
 */
import { readFile } from 'node:fs/promises';
import { guestFile } from './settings.ts';

export const guestPeriodMs = 200;

/** One process that was the VM for a while. */
export interface Writer {
  readonly host: string;
  readonly pid: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly lines: number;
  /** Its counter went up by one each time: no line lost, none written by another. */
  readonly unbroken: boolean;
  readonly largestGapMs: number;
}

export interface GuestHistory {
  readonly uuid: string;
  /** In order of their first line. */
  readonly writers: readonly Writer[];
  /** Pairs of writers whose times overlap: the VM ran twice. Must be empty, whatever happens. */
  readonly overlaps: readonly (readonly [Writer, Writer])[];
  /** Longest silence between two lines of anybody. */
  readonly largestGapMs: number;
  readonly lines: number;
}

interface Line {
  readonly host: string;
  readonly counter: number;
  readonly ms: number;
  readonly pid: number;
}

const parse = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [host = '', counter, ns, pid] = line.split(' ');
      const parsed = { host, counter: Number(counter), ms: Number(ns) / 1e6, pid: Number(pid) };
      if (![parsed.counter, parsed.ms, parsed.pid].every(Number.isFinite)) {
        throw new Error(`not a guest's line: ${line}`);
      }
      return parsed;
    });

const largestGap = (lines: readonly Line[]): number =>
  lines.reduce((gap, line, index) => Math.max(gap, line.ms - (lines[index - 1]?.ms ?? line.ms)), 0);

const writerOf = (lines: readonly Line[]): Writer | undefined => {
  const [first, last] = [lines[0], lines.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  return {
    host: first.host,
    pid: first.pid,
    firstMs: first.ms,
    lastMs: last.ms,
    lines: lines.length,
    unbroken: lines.every((line, index) => line.counter === first.counter + index),
    largestGapMs: largestGap(lines),
  };
};

/** Judges a file's text. Pids are one space for all hosts, so host and pid together name one process. */
export const judgeGuest = (uuid: string, text: string): GuestHistory => {
  const lines = parse(text).sort((a, b) => a.ms - b.ms);
  const byProcess = new Map<string, Line[]>();
  for (const line of lines) {
    const key = `${line.host} ${line.pid}`;
    const own = byProcess.get(key);
    if (own === undefined) byProcess.set(key, [line]);
    else own.push(line);
  }
  const writers = [...byProcess.values()].flatMap((own) => writerOf(own) ?? []);
  const overlaps = writers.flatMap((a, index) =>
    writers.slice(index + 1).flatMap((b) => (b.firstMs <= a.lastMs ? [[a, b] as const] : [])),
  );
  return { uuid, writers, overlaps, largestGapMs: largestGap(lines), lines: lines.length };
};

/** Lines from `sinceMs` (monotonic) on, if given: what happened before a fault is another story. */
export const readGuest = async (uuid: string, sinceMs = 0): Promise<GuestHistory> => {
  const text = await readFile(guestFile(uuid), 'utf8');
  // Half a line can only be the last one, being written right now.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const recent = whole
    .split('\n')
    .filter((line) => line !== '' && Number(line.split(' ')[2]) / 1e6 >= sinceMs);
  return judgeGuest(uuid, recent.join('\n'));
};

/** Reasons why this VM did not run throughout as one and the same process without a gap; empty if it did. */
export const disturbances = (guest: GuestHistory, gapMsMax = 1000): string[] => [
  ...(guest.writers.length === 1 ? [] : [`${guest.uuid}: ${guest.writers.length} processes instead of one`]),
  ...(guest.writers.every((writer) => writer.unbroken) ? [] : [`${guest.uuid}: its counter jumps`]),
  ...(guest.largestGapMs <= gapMsMax
    ? []
    : [`${guest.uuid}: silent for ${Math.round(guest.largestGapMs)} ms`]),
];

/** Reasons to believe that this VM ever ran twice; must be empty in every case. */
export const doubles = (guest: GuestHistory): string[] =>
  guest.overlaps.map(
    ([a, b]) =>
      `${guest.uuid}: ${a.host} pid ${a.pid} until ${a.lastMs} and ${b.host} pid ${b.pid} from ${b.firstMs}`,
  );
