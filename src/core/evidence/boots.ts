/** In which boot a host lives. A new one is a new life; one that was over stays over, whatever late writes show. */
import type { Timing } from '../timing/timing.ts';
import type { BlockHeader, BootId } from '../wire/records.ts';
import { advancedLately, networkOf, type HostEvidence } from './host.ts';

/** Former boots remembered for each host. */
const FORMER_BOOTS_MAX = 4;
/** A write of a former boot may land late, once on each volume; what goes on advancing was no late write. */
const LATE_WRITES_MAX = 4;

export interface FormerBoot {
  /** How often it showed up since it was over. */
  readonly late: number;
  /** When it last showed up; null: never alive, only as a slot that was left behind. */
  readonly lifeMs: number | null;
}

/** It showed life in this boot just now. */
export function noteBoot(evidence: HostEvidence, boot: BootId, now: number): void {
  const { formerBoots } = evidence;
  if (boot === evidence.boot) {
    for (const [former, was] of formerBoots) formerBoots.set(former, { ...was, late: 0 });
    evidence.bootLifeMs = now;
    return;
  }
  const former = formerBoots.get(boot);
  if (former !== undefined && former.late < LATE_WRITES_MAX) {
    formerBoots.set(boot, { late: former.late + 1, lifeMs: now });
    return;
  }
  follow(evidence, boot, now);
}

/**
 * A slot was seen that may have been left behind long ago. Of several the one whose beat started last was written last:
 * incarnations grow with the clock of the host. What was seen alive is newer than any of them.
 */
export function sightBoot(
  evidence: HostEvidence,
  { boot, incarnation }: BlockHeader,
  timing: Timing,
  now: number,
): void {
  if (evidence.boot === null) follow(evidence, boot, null);
  if (boot === evidence.boot || livesIn(evidence, evidence.boot, timing, now)) return;
  const newest = Math.max(...[...evidence.volumes.values()].map((path) => path.incarnation));
  if (incarnation >= newest) follow(evidence, boot, null);
}

function livesIn(evidence: HostEvidence, boot: BootId | null, timing: Timing, now: number): boolean {
  const { network, volumes } = evidence;
  if (network.boot === boot && network.heardMs !== null && networkOf(evidence, timing, now) === 'fresh')
    return true;
  return [...volumes].some(
    ([uuid, path]) => path.boot === boot && advancedLately(evidence, uuid, timing, now),
  );
}

function follow(evidence: HostEvidence, boot: BootId, lifeMs: number | null): void {
  const { formerBoots } = evidence;
  formerBoots.delete(boot);
  if (evidence.boot !== null) formerBoots.set(evidence.boot, { late: 0, lifeMs: evidence.bootLifeMs });
  const oldest = formerBoots.keys().next().value;
  if (formerBoots.size > FORMER_BOOTS_MAX && oldest !== undefined) formerBoots.delete(oldest);
  evidence.boot = boot;
  evidence.bootLifeMs = lifeMs;
}

/**
 * Does a boot still show life that should be over? Two machines run under one name then, and none of them has rebooted.
 * One write that was on its way shows the same, until the next would have followed.
 */
export function formerBootLives({ formerBoots }: HostEvidence, timing: Timing, now: number): boolean {
  return [...formerBoots.values()].some(
    ({ lifeMs }) => lifeMs !== null && now - lifeMs < timing.networkLostMs,
  );
}
