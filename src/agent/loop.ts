/**
 * The only loop that calls step: inputs are taken one by one, in the order in which they came, and effects handed on
 * in the order in which the core made them.
 */
import type { Effect } from '../core/effect.ts';
import { tickMs } from '../core/evidence/observer.ts';
import type { Input } from '../core/input.ts';
import type { Core } from '../core/state.ts';
import { step } from '../core/step.ts';
import { monotonicMs } from './monotonic.ts';

/** An input as the drivers know it: the loop puts the time to it. */
export type Untimed = Input extends infer I ? (I extends Input ? Omit<I, 'now'> : never) : never;

export interface Loop {
  feed(input: Untimed): void;
  close(): void;
}

export function startLoop(core: Core, perform: (effect: Effect) => void): Loop {
  let closed = false;
  const feed = (input: Untimed): void => {
    if (closed) return;
    let effects: readonly Effect[];
    try {
      effects = step(core, { ...input, now: monotonicMs() });
    } catch (error) {
      dieOf(error);
      return;
    }
    for (const effect of effects) perform(effect);
  };
  const ticks = setInterval(() => feed({ kind: 'tick' }), tickMs(core.settings.timing));
  return {
    feed,
    close: () => {
      closed = true;
      clearInterval(ticks);
    },
  };
}

/**
 * A core that breaks its own rules must not act once more, not even to clean up: no exit handler, no pending write.
 * The beats go on and say that the agent is silent.
 */
function dieOf(error: unknown): void {
  process.stderr.write(
    `vigil agent: broken invariant, stopping at once: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.kill(process.pid, 'SIGKILL');
}
