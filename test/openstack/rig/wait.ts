/** Waiting is always on a condition and always ends. */
import { setTimeout as delay } from 'node:timers/promises';

export const monotonicMs = (): number => Number(process.hrtime.bigint() / 1_000_000n);

export interface WaitOptions {
  readonly deadlineMs: number;
  readonly everyMs?: number;
  /** Said in the error when the deadline passes, beside `what`: the state that was seen last. */
  readonly explain?: () => string;
}

/** Polls until `condition` gives something that is neither undefined nor false; throws after the deadline. */
export const waitFor = async <T>(
  what: string,
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  options: WaitOptions,
): Promise<T> => {
  const until = monotonicMs() + options.deadlineMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await condition();
      lastError = undefined;
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      // A service that is still starting refuses or resets connections; only the deadline decides.
      lastError = error;
    }
    if (monotonicMs() >= until) {
      const seen = options.explain?.() ?? (lastError instanceof Error ? lastError.message : '');
      throw new Error(`${what}: not within ${options.deadlineMs} ms. ${seen}`, { cause: lastError });
    }
    await delay(options.everyMs ?? 200);
  }
};
