/**
 * Which terms a host believes that others have seen. Whoever has seen a term listens to no lower one, so a false one
 * costs the master its lease, and one at the end of what can be written would end all leases.
 */
import type { Core } from '../state.ts';
import type { Term } from '../wire/records.ts';

/**
 * The highest term that is believed on hearsay. With a new master each second no cluster comes there in a century; the
 * lease itself may go on beyond it, so that nobody who names this very term leaves no room above it.
 */
export const MAX_HEARSAY_TERM: Term = 2 ** 32;

/** What a host tells in its slot or heartbeat, and proves with its key. */
export function noteHearsay(core: Core, term: Term): void {
  if (term <= MAX_HEARSAY_TERM) core.termSeen = Math.max(core.termSeen, term);
}
