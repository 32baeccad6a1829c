/**
 * INV-2: no VM is evacuated whose guest runs on a host that can be heard; where nobody heard it, a bet is lost. Nor is
 * that bet made any sooner than the design allows, whether it is lost or not.
 */
import type { Check, Checker } from './check.ts';

/** From the decision to bet until that stands in both cells. */
const WRITTEN_BEATS = 4;

export function watchSourceAlive({ world, lastLife, excuses, violate }: Check): Checker {
  /** By victim: the lives of it of which a bet was made. One that was believed again is made anew. */
  const bets = new Map<string, readonly string[]>();
  world.events.listen((event) => {
    if (event.event === 'journal' && event.name === 'incident') {
      const { id, victim, victimBoot, proof } = event.data;
      const host = String(victim);
      const life = `${String(id)} ${String(victimBoot)}`;
      const known = bets.get(host) ?? [];
      if (proof === null) bets.delete(host);
      // A life that was wrongly taken for ended goes on on the ground of what was proved before it.
      else if (proof === 'silence' && !known.includes(life)) {
        bets.set(host, [...known, life]);
        // It tells of that life alone, and what has been written down was decided a little before.
        const isIts = world.host(host).boot === victimBoot;
        const against = lastLife.againstBet(host);
        if (isIts && against !== null && !lastLife.allowedBet(host, WRITTEN_BEATS * world.timing.beatMs))
          violate(`${event.by} bets on the silence of ${host}, ${against}`, { hosts: [event.by, host] });
      }
    }
    if (event.event !== 'evacuation-accepted' || !event.byVigil) return;
    const { vm, source, target } = event.row;
    if (source === null || !world.guests.runs(vm, source)) return;
    const lost = excuses.noteEvacuated(vm, source, target);
    if (lost !== null)
      violate(`${vm} is evacuated while it runs on ${source}, ${lost.blame}`, {
        hosts: [source, target],
        vm,
      });
  });
  return {};
}
