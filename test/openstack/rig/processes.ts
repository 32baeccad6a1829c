/**
 * Which processes are ours. A pid alone may by now belong to a stranger, so a record also holds the start time from
 * /proc, and a process found without a record must carry the rig's mark in its environment.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { mark } from './settings.ts';
import { waitFor } from './wait.ts';

export const processIdSchema = z.object({
  pid: z.number(),
  /** Clock ticks after boot, field 22 of /proc/PID/stat. */
  startTicks: z.number(),
});
export type ProcessId = Readonly<z.infer<typeof processIdSchema>>;

interface Stat extends ProcessId {
  readonly state: string;
  readonly parent: number;
  readonly session: number;
}

const readStat = (pid: number): Stat | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name may hold spaces and brackets; the fields start behind its last bracket.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return {
      pid,
      state: fields[0] ?? '?',
      parent: Number(fields[1]),
      session: Number(fields[3]),
      startTicks: Number(fields[19]),
    };
  } catch {
    return undefined;
  }
};

const isMarked = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark);
  } catch {
    return false;
  }
};

export const identify = (pid: number): ProcessId | undefined => {
  const stat = readStat(pid);
  return stat === undefined ? undefined : { pid, startTicks: stat.startTicks };
};

/** True while the very same process runs; a zombie no longer does. */
export const isAlive = (id: ProcessId): boolean => {
  const stat = readStat(id.pid);
  return stat !== undefined && stat.startTicks === id.startTicks && !'ZX'.includes(stat.state);
};

const everyProcess = (): Stat[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)) ?? []);

/** This process and those that started it: never to be killed, though they may carry the mark. */
const ownLineage = (all: readonly Stat[]): Set<number> => {
  const parents = new Map(all.map((stat) => [stat.pid, stat.parent]));
  const lineage = new Set<number>();
  for (let pid: number | undefined = process.pid; pid !== undefined && pid > 0; pid = parents.get(pid)) {
    lineage.add(pid);
  }
  return lineage;
};

/** The given processes with their sessions and all they started. */
export const withFamily = (roots: readonly ProcessId[]): ProcessId[] => {
  const all = everyProcess();
  const lineage = ownLineage(all);
  const chosen = new Set(roots.filter(isAlive).map((id) => id.pid));
  for (let grew = true; grew; ) {
    const before = chosen.size;
    for (const stat of all) {
      if (lineage.has(stat.pid) || (!chosen.has(stat.parent) && !chosen.has(stat.session))) continue;
      chosen.add(stat.pid);
    }
    grew = chosen.size > before;
  }
  return all.filter((stat) => chosen.has(stat.pid) && stat.state !== 'Z');
};

/** Everything on the machine that carries this rig's mark, whoever is its parent by now. */
export const markedProcesses = (): ProcessId[] => {
  const all = everyProcess();
  const lineage = ownLineage(all);
  return all.filter((stat) => stat.state !== 'Z' && !lineage.has(stat.pid) && isMarked(stat.pid));
};

export const signal = (id: ProcessId, name: NodeJS.Signals): void => {
  if (!isAlive(id)) return;
  try {
    process.kill(id.pid, name);
  } catch {
    // Gone between the look and the signal: what was wanted.
  }
};

/** SIGKILL, and waits until all are gone; a frozen process needs no thaw for that. */
export const killAll = async (ids: readonly ProcessId[], deadlineMs = 10_000): Promise<void> => {
  for (const id of ids) signal(id, 'SIGKILL');
  const left = (): ProcessId[] => ids.filter(isAlive);
  await waitFor('processes to die', () => left().length === 0, {
    deadlineMs,
    everyMs: 20,
    explain: () =>
      `still there: ${left()
        .map((id) => id.pid)
        .join(' ')}`,
  });
};
