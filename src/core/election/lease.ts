/**
 * The master's lease, as this agent sees its own part in it.
 *
 *   watching ──(vacant: nobody's lease has moved for its time)──► claiming
 *   claiming ──(the coordination store grants it)───────────────► holding
 *   claiming ──(it does not, or too late)──► watching, after a random wait
 *   holding  ──(renewal sees a term as high elsewhere, lease runs out, given back)──► watching
 *
 * L1  A holder acts only until `holdMs` after the start of its last renewal on a majority.
 * L2  The holder is (host, agent incarnation): a restarted agent claims anew, with a higher term.
 */
import type { Term } from '../wire/records.ts';

export type Lease =
  | {
      readonly phase: 'watching';
      readonly wantedSinceMs: number | null;
      readonly staggerMs: number;
      readonly notBeforeMs: number;
    }
  | { readonly phase: 'claiming'; readonly term: Term; readonly begunMs: number }
  | {
      readonly phase: 'holding';
      readonly term: Term;
      /** Start of the last successful renewal, by store. */
      readonly renewedMs: ReadonlyMap<string, number>;
      /** A previous holder was seen to renew: the site was up before this master. */
      readonly sawPreviousHolder: boolean;
    };

export function watching(notBeforeMs: number): Lease {
  return { phase: 'watching', wantedSinceMs: null, staggerMs: 0, notBeforeMs };
}
