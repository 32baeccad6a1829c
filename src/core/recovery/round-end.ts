/** How a round of an incident ends: with a hold or without, and when the next one begins. */
import type { Core } from '../state.ts';
import { hold, type Hold } from './holds.ts';
import type { Incident } from './incident.ts';

export interface RoundEnd {
  readonly hold: Hold | null;
  readonly pauseMs: number;
}

/** While VMs wait or move, and when all are settled. */
export const BUSY_ROUND_MS = 1_000;
export const IDLE_ROUND_MS = 10_000;
/** Between tries while OpenStack does not answer. */
const NOVA_RETRY_MS = 1_000;

export const go = (pauseMs: number): RoundEnd => ({ hold: null, pauseMs });
export const held = (reason: Hold, pauseMs: number): RoundEnd => ({ hold: reason, pauseMs });

export function notWritten(core: Core, { record }: Incident): RoundEnd {
  const words = `the incident of ${record.victim} cannot be written to a majority of the lease volumes`;
  return held(hold('incident-not-written', words), core.settings.timing.beatMs);
}

export function novaUnreadable(detail: string): RoundEnd {
  return held(hold('nova-unreadable', `OpenStack cannot be asked: ${detail}`), NOVA_RETRY_MS);
}

/** What was read right before an effect speaks against it; a round later it may be gone, or the lease is. */
export function unlicensed({ settings }: Core, why: string): RoundEnd {
  return held(hold('not-licensed', why), settings.timing.beatMs);
}
