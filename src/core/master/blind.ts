/** A slot that could not be read at the take-over may hold an intent of its host. */
import type { Core } from '../state.ts';
import type { Mastership } from './mastership.ts';

/** Null: nothing can come of such an intent any more; else why no order is sent, in words. */
export function blindFor(core: Core, { blindUntilMs }: Mastership): string | null {
  const leftMs = blindUntilMs - core.now;
  if (leftMs <= 0) return null;
  return `a slot was damaged when this master took over; waiting ${Math.ceil(leftMs / 1000)} s for what its host may have asked of nova`;
}
