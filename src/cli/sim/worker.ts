/** Plays the seeds that its parent sends, one after the other; without the parent nothing holds it. */
import { playRun } from '../../../sim/run/play-run.ts';
import type { SizeFlags } from './commands.ts';
import { runOf } from './run.ts';
import { summarize, type Summary, unplayed } from './tell.ts';

export interface Task extends SizeFlags {
  readonly seed: number;
}

export function work(): void {
  process.on('message', (task: Task) => {
    const summary = played(task);
    // A parent that was killed meanwhile waits for nothing.
    if (process.connected) process.send?.(summary, undefined, undefined, () => {});
  });
}

export function played({ seed, ...size }: Task): Summary {
  try {
    return summarize(playRun(runOf(seed, size)), size);
  } catch (error) {
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return unplayed(seed, size, `the run cannot be played: ${words}`);
  }
}
