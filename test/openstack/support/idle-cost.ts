/** What an idle slave costs: memory and processor time of its agent and beats. */
import { readFile } from 'node:fs/promises';
import type { ProcessId } from '../rig/index.ts';
import { monotonicMs } from '../rig/index.ts';
import { watchFor } from './time.ts';

/** Linux counts processor time in these. */
const TICKS_PER_S = 100;
const KIB_PER_MIB = 1024;

export interface IdleCost {
  readonly memoryMib: number;
  readonly corePercent: number;
}

export const idleCost = async (processes: readonly ProcessId[], overMs: number): Promise<IdleCost> => {
  const ticks = async (): Promise<number> =>
    (await Promise.all(processes.map(cpuTicks))).reduce((a, b) => a + b, 0);
  const [beforeTicks, beforeMs] = [await ticks(), monotonicMs()];
  await watchFor(overMs);
  const [afterTicks, afterMs] = [await ticks(), monotonicMs()];
  const memory = await Promise.all(processes.map(residentMib));
  return {
    memoryMib: memory.reduce((a, b) => a + b, 0),
    corePercent: ((afterTicks - beforeTicks) / TICKS_PER_S / ((afterMs - beforeMs) / 1000)) * 100,
  };
};

const cpuTicks = async ({ pid }: ProcessId): Promise<number> => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
};

const residentMib = async ({ pid }: ProcessId): Promise<number> => {
  const text = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) / KIB_PER_MIB;
};
