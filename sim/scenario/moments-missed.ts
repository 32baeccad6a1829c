/** What waits for a moment that never comes tests nothing, and nobody would notice. */
import type { Action, OnceAction, TimedAction } from '../actions/action.ts';
import type { World } from '../world.ts';
import { print } from './print-action.ts';
import { durationText, secondsText } from './units.ts';

/** From now on; tells, for each action that still waits when it is asked, what it waits for. */
export function watchMoments(world: World, script: readonly TimedAction[]): () => readonly string[] {
  const done = new Set<Action>();
  world.events.listen((event) => {
    if (event.event === 'action') done.add(event.action);
  });
  return () =>
    script.flatMap(({ atMs, action }) => {
      const missed = waitsIn(action, done);
      if (missed === null) return [];
      const { moment, host, afterMs } = missed;
      const late = afterMs === 0 ? '' : `, or less than ${durationText(afterMs)} before the end`;
      return [`${moment} of ${host} never happened${late}: at ${secondsText(atMs)} ${print(action)}`];
    });
}

/** Null: it has been done, or need not be. */
function waitsIn(action: Action, done: ReadonlySet<Action>): OnceAction | null {
  if (action.do !== 'once') return null;
  if (done.has(action.action)) return waitsIn(action.action, done);
  return action.maybe === true ? null : action;
}
