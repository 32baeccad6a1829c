/** Waits that end early. */
import { enough, type Task } from '../lib/task.ts';
import { isActing, type Core } from '../state.ts';
import type { Mastership } from '../master/mastership.ts';
import { sleep } from '../requests.ts';

/**
 * What a master waits for, unless `stop` comes first, which is looked at four times a beat: null then. A reading is dropped
 * when its answer comes; what `goesOn` notes its own answer, as an effect has to.
 */
export function* unless<Value>(
  core: Core,
  master: Mastership,
  stop: () => boolean,
  task: Task<Value>,
  goesOn = false,
): Task<{ readonly value: Value } | null> {
  const end: { read: { readonly value: Value } | null; isStopped: boolean } = {
    read: null,
    isStopped: false,
  };
  yield* enough(
    [
      (function* () {
        end.read = { value: yield* task };
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
    () => isActing(core, master) && (goesOn || !end.isStopped),
  );
  return end.read;
}
