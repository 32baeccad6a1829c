/** Waits that end early. */
import { enough, type Task } from '../lib/task.ts';
import { isActing, type Core } from '../state.ts';
import type { Mastership } from '../master/mastership.ts';
import { sleep } from '../requests.ts';

/**
 * What a master reads, unless `stop` comes first, which is looked at four times a beat: null then, and what is being read is
 * dropped when its answer comes. For readings alone: of an effect that is dropped nobody would note the answer.
 */
export function* unless<Value>(
  core: Core,
  master: Mastership,
  stop: () => boolean,
  reading: Task<Value>,
): Task<{ readonly value: Value } | null> {
  const end: { read: { readonly value: Value } | null; isStopped: boolean } = {
    read: null,
    isStopped: false,
  };
  yield* enough(
    [
      (function* () {
        end.read = { value: yield* reading };
        return true;
      })(),
      (function* () {
        for (;;) {
          if (end.read !== null) return false;
          end.isStopped = stop();
          if (end.isStopped) return true;
          yield* sleep(core, core.settings.timing.beatMs / 4);
        }
      })(),
    ],
    1,
    () => isActing(core, master) && !end.isStopped,
  );
  return end.read;
}
