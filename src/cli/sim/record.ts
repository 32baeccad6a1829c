/** What was played already: one line of JSON a seed, so that a long swarm can be stopped and go on. */
import { appendFileSync, closeSync, openSync, readFileSync } from 'node:fs';
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
 * The runs of this size. A line that was cut off, or comes from an older version, is played again. The file is made if
 * there is none; it is not if it could not be written, or holds something else.
 */
export function readRecord(path: string, asked: Asked): ReadRecord {
  try {
    closeSync(openSync(path, 'a'));
    const text = readFileSync(path, 'utf8');
    if (text !== '' && !text.startsWith(BEGINS))
      return { ok: false, words: 'it holds something else than runs' };
    // What comes next is not to be taken for the rest of a line that was cut off.
    if (text !== '' && !text.endsWith('\n')) appendFileSync(path, '\n');
    return { ok: true, summaries: text.split('\n').flatMap((line) => summaryOf(line, asked)) };
  } catch (error) {
    return { ok: false, words: reasonOf(error) };
  }
}

export function addToRecord(path: string, summary: Summary): void {
  appendFileSync(path, `${JSON.stringify(summary)}\n`);
}

function summaryOf(line: string, { hosts, minutes }: Asked): readonly Summary[] {
  const { data } = summarySchema.safeParse(jsonOf(line));
  return data?.asked.hosts === hosts && data.asked.minutes === minutes ? [data] : [];
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
