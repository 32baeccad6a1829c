/** How a round of an incident ends: with a hold or without, and when the next one begins. */
import type { Core } from '../state.ts';
import { hold, type Hold } from './holds.ts';
import type { HostName } from '../wire/records.ts';
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
  const { victim } = record;
  const words = core.coordination.incidents.hasPlaceFor(core, victim)
    ? `the incident of ${victim} cannot be written to a majority of the lease volumes`
    : noPlaceWords(victim);
  return held(hold('incident-not-written', words), core.settings.timing.beatMs);
}

export const noPlaceWords = (victim: HostName): string =>
  `no slot of ${victim} could be read on a majority of the lease volumes, and its incident is written beside those: if it is damaged there, only ${victim} itself can write it anew; if it will not start again, evacuate its VMs by hand`;

export function novaUnreadable(detail: string): RoundEnd {
  return held(hold('nova-unreadable', `OpenStack cannot be asked: ${detail}`), NOVA_RETRY_MS);
}

/** What was read right before an effect speaks against it; a round later it may be gone, or the lease is. */
export function unlicensed({ settings }: Core, why: string): RoundEnd {
  return held(hold('not-licensed', why), settings.timing.beatMs);
}
