/** Every hold and every report says why, in words, and what would end it. */
import type { Check, Checker } from './check.ts';
import { WaitingVms } from './waiting-vms.ts';

const LOOK_MS = 2_000;
/** A hold that lasts is told: by then, whatever is waited for. */
const TOLD_MS = 240_000;
/** Once people know that an incident is held, they know by which hold. */
const RETOLD_MS = 30_000;

export function watchSaysWhy({ world, violate }: Check): Checker {
  const open = new Set<string>();
  /** By cause, of incidents that are held: the code that was told last. */
  const codes = new Map<string, unknown>();
  /** By victim: the hold, and since when the same master has it. */
  const held = new Map<string, { readonly key: string; readonly sinceMs: number }>();
  world.events.listen((event) => {
    // Another term is another master, also where it is the same host.
    if (event.event === 'lease') held.clear();
    if (event.event !== 'report') return;
    const { cause, state, title, severity, advice, host } = event.report;
    // Whoever ended it may not have passed that on: to the next master it goes on, and news of it says so.
    if (state !== 'end') open.add(cause);
    if (state === 'end') open.delete(cause);
    else codes.set(cause, event.report.evidence['hold']);
    // It went on, be it between two looks: what holds it now is another wait.
    const victim = /^incident\/(.+)\/held$/.exec(cause)?.[1];
    if (state === 'end' && victim !== undefined) held.delete(victim);
    const hosts = [event.by, host];
    if (title.trim() === '') violate(`the report of ${cause} has no title`, { hosts });
    if (state === 'begin' && severity === 'critical' && cause.endsWith('/held') && advice === null)
      violate(`the report of ${cause} does not say what would end it`, { hosts });
  });
  // What a master takes for told, and is not, is told to end some day, and then ends what was never begun.
  const isTold = (cause: string): boolean =>
    open.has(cause) || world.masters().some(({ core }) => core?.reports.open.has(cause) === true);
  const waiting = new WaitingVms(world);
  const told = new Set<string>();
  const look = (): void => {
    world.clock.after(LOOK_MS, look);
    const { now } = world.clock;
    for (const { name, core } of world.masters())
      for (const [victim, { hold, record }] of core?.master?.incidents ?? []) {
        if (hold === null) {
          held.delete(victim);
          continue;
        }
        if (hold.words.trim() === '' || hold.release.trim() === '')
          violate(`the incident of ${victim} is held and nobody is told why`, { hosts: [name, victim] });
        const key = `${name} ${record.id} ${hold.code}`;
        const before = held.get(victim);
        const cause = `incident/${victim}/held`;
        if (before?.key !== key) held.set(victim, { key, sinceMs: now });
        else if (
          now - before.sinceMs >= RETOLD_MS &&
          core?.reports.open.has(cause) &&
          codes.get(cause) !== hold.code
        ) {
          held.set(victim, { key, sinceMs: Infinity });
          violate(
            `the incident of ${victim} is held by ${hold.code}, and ${String(codes.get(cause))} was told`,
            {
              hosts: [name, victim],
            },
          );
        } else if (now - before.sinceMs >= TOLD_MS && !isTold(cause)) {
          held.set(victim, { key, sinceMs: Infinity });
          violate(
            `the incident of ${victim} has been held by ${hold.code} for long, and it is not reported`,
            {
              hosts: [name, victim],
            },
          );
        }
      }
    for (const { words, vm } of waiting.look(isTold)) {
      if (told.has(words)) continue;
      told.add(words);
      violate(words, { vm });
    }
  };
  look();
  return {};
}
