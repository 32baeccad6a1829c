/**
 * INV-2: no VM is evacuated whose guest runs on a host that can be heard; where nobody heard it, a bet is lost. Nor is
 * that bet made any sooner than the design allows, whether it is lost or not.
 */
import type { WorldEvent } from '../events.ts';
import type { Check, Checker } from './check.ts';

/** Between the last look at which one might have bet, and the decision. */
const DECIDED_MS = 1_000;

/** What a record says, as far as it is asked for. */
type Said = Readonly<Record<'id' | 'victim' | 'victimBoot' | 'proof' | 'term' | 'sequence', unknown>>;

export function watchSourceAlive({ world, lastLife, excuses, violate }: Check): Checker {
  /** By victim: the lives of it of which a bet was made. One that was believed again is made anew. */
  const bets = new Map<string, readonly string[]>();
  /** By victim: the newest record that was written. */
  const newest = new Map<string, { readonly term: number; readonly sequence: number }>();

  const noteRecord = ({ by, said, how }: Recorded): void => {
    const host = String(said.victim);
    const [term, sequence] = [Number(said.term), Number(said.sequence)];
    const before = newest.get(host) ?? { term: 0, sequence: -1 };
    // What was written late tells of the past.
    if (term < before.term || (term === before.term && sequence <= before.sequence)) return;
    if (how !== 'asked') newest.set(host, { term, sequence });
    const life = `${String(said.id)} ${String(said.victimBoot)}`;
    const known = bets.get(host) ?? [];
    // On a minority it may stand alone, and the next master goes on from the one before.
    if (said.proof === null && how !== 'asked') bets.delete(host);
    // A life that was wrongly taken for ended goes on on the ground of what was proved before it.
    if (said.proof !== 'silence' || known.includes(life)) return;
    bets.set(host, [...known, life]);
    // It tells of that life alone.
    const isIts = world.host(host).boot === said.victimBoot;
    const against = lastLife.againstBet(host);
    if (how !== 'adopted' && isIts && against !== null && !lastLife.allowedBet(host, DECIDED_MS))
      violate(`${by} bets on the silence of ${host}, ${against}`, { hosts: [by, host] });
  };

  world.events.listen((event) => {
    const told = recordIn(event);
    if (told !== null) noteRecord(told);
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

/** To be written; standing in both cells on a majority; or found so by a master who has not decided it. */
interface Recorded {
  readonly by: string;
  readonly said: Said;
  readonly how: 'asked' | 'standing' | 'adopted';
}

function recordIn(event: WorldEvent): Recorded | null {
  if (event.event === 'record-asked') return { by: event.by, said: event.record, how: 'asked' };
  if (event.event !== 'journal' || (event.name !== 'incident' && event.name !== 'adopted')) return null;
  const { id, victim, victimBoot, proof, term, sequence } = event.data;
  const said = { id, victim, victimBoot, proof, term, sequence };
  return { by: event.by, said, how: event.name === 'incident' ? 'standing' : 'adopted' };
}
