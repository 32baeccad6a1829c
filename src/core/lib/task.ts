/**
 * Sequences over effects, written in reading order yet without await: a task is a generator that yields whenever it
 * has to wait, and is carried on by the input it waited for. Nothing here knows of time or of promises, so a task
 * runs the same in the agent and in the simulator.
 */

/** Told how to carry the task on; must not keep more than that. */
export type Suspension = (resume: () => void) => void;

export type Task<Value> = Generator<Suspension, Value, void>;

/**
 * Runs a task until its end, or until `live` says at a wait's end that nobody wants it any more: it is then dropped
 * without another step, its `finally` blocks run.
 */
export function start(task: Task<unknown>, live: () => boolean): void {
  const advance = (): void => {
    if (!live()) {
      task.return(undefined);
      return;
    }
    const next = task.next();
    if (next.done !== true) next.value(advance);
  };
  advance();
}

/** Runs tasks side by side and waits for all of them. */
export function* all<Value>(tasks: readonly Task<Value>[], live: () => boolean): Task<Value[]> {
  const values: Value[] = [];
  yield (resume) => {
    let open = tasks.length + 1;
    const closed = (): void => {
      open -= 1;
      if (open === 0) resume();
    };
    tasks.forEach((task, place) => {
      start(keep(task, place, values, closed), live);
    });
    closed();
  };
  return values;
}

function* keep<Value>(task: Task<Value>, place: number, values: Value[], closed: () => void): Task<void> {
  values[place] = yield* task;
  closed();
}

/**
 * Runs tasks side by side and waits until so many of them have ended well, or until all have ended; those that are
 * left go on by themselves. True if there were enough.
 */
export function* enough(tasks: readonly Task<boolean>[], count: number, live: () => boolean): Task<boolean> {
  let good = 0;
  yield (resume) => {
    let open = tasks.length + 1;
    let waiting = true;
    const closed = (well: boolean): void => {
      open -= 1;
      if (well) good += 1;
      if (!waiting || (good < count && open > 0)) return;
      waiting = false;
      resume();
    };
    for (const task of tasks) start(tell(task, closed), live);
    closed(false);
  };
  return good >= count;
}

function* tell(task: Task<boolean>, closed: (well: boolean) => void): Task<void> {
  closed(yield* task);
}
