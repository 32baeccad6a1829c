/** Tasks of which only so many may be under way at once: those that come later wait, and begin in their order. */
import type { Task } from './task.ts';

export interface Turns {
  free: number;
  /** As many as there are callers that have one under way each. */
  readonly waiting: (() => void)[];
}

export function createTurns(atOnce: number): Turns {
  return { free: atOnce, waiting: [] };
}

export function* inTurn<Value>(turns: Turns, task: Task<Value>): Task<Value> {
  try {
    // A turn is handed on, also by a task that is dropped when it comes to its own.
    if (turns.free === 0) yield (resume) => void turns.waiting.push(resume);
    else turns.free -= 1;
    return yield* task;
  } finally {
    const next = turns.waiting.shift();
    if (next === undefined) turns.free += 1;
    else next();
  }
}
