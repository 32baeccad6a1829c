/** What was played already: one line of JSON a seed, so that a long swarm can be stopped and go on. */
import { appendFileSync, closeSync, openSync, readFileSync, truncateSync } from 'node:fs';
import { z } from 'zod';
import { reasonOf } from './read-scenario.ts';
import type { Asked, Summary } from './tell.ts';

const count = z.number().nullable();
const summarySchema = z.object({
  seed: z.number(),
  asked: z.object({ hosts: count, minutes: count }),
  hosts: z.number(),
  simulatedMs: z.number(),
  evacuations: z.number(),
  reboots: z.number(),
  masters: z.number(),
  faults: z.record(z.string(), z.number()),
  lostBets: z.array(z.string()),
  broken: z.array(z.string()),
});

/** With this every line begins, also one that was cut off soon after. */
const BEGINS = '{"seed":';

export type ReadRecord =
  | { readonly ok: true; readonly summaries: readonly Summary[] }
  | { readonly ok: false; readonly words: string };

/**
 * The runs of this size. What comes from an older version is played again, and so is the last line if it was cut off: it
 * is taken away, or what comes next would go on with it. The file is made if there is none; nothing is played if it could
 * not be written, or holds something else.
 */
export function readRecord(path: string, asked: Asked): ReadRecord {
  try {
    closeSync(openSync(path, 'a'));
    const text = readFileSync(path, 'utf8');
    const lines = text.split('\n');
    const last = lines.pop() ?? '';
    const runs = lines.map(jsonOf);
    const wrong = runs.findIndex((run) => !isRun(run));
    if (wrong !== -1) return refused(wrong + 1);
    const lastRun = jsonOf(last);
    if (isRun(lastRun)) appendFileSync(path, '\n');
    else if (last !== '') {
      if (!isBegun(last)) return refused(lines.length + 1);
      truncateSync(path, Buffer.byteLength(text) - Buffer.byteLength(last));
    }
    return { ok: true, summaries: [...runs, lastRun].flatMap((run) => summaryOf(run, asked)) };
  } catch (error) {
    return { ok: false, words: reasonOf(error) };
  }
}

const refused = (line: number): ReadRecord => ({
  ok: false,
  words: `line ${line} is something else than a run`,
});

const isBegun = (line: string): boolean => line.startsWith(BEGINS) || BEGINS.startsWith(line);

/** Of this version or an older one. */
function isRun(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'seed' in value && typeof value.seed === 'number';
}

export function addToRecord(path: string, summary: Summary): void {
  appendFileSync(path, `${JSON.stringify(summary)}\n`);
}

function summaryOf(run: unknown, { hosts, minutes }: Asked): readonly Summary[] {
  const { data } = summarySchema.safeParse(run);
  return data?.asked.hosts === hosts && data.asked.minutes === minutes ? [data] : [];
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
