/** What a host announced before it left, and for how long that holds. */
import type { BootId, Leaving } from '../wire/records.ts';
import type { HostEvidence } from './host.ts';

/** Counted from when it was first seen on the observer's own clock; a repeated announcement is the same one. */
export function noteLeaving(
  evidence: HostEvidence,
  leaving: Leaving | null,
  boot: BootId,
  now: number,
): void {
  if (leaving === null) {
    evidence.leaving = null;
    if (evidence.leftBoot === boot) evidence.leftBoot = null;
    return;
  }
  const { leaving: known } = evidence;
  if (known?.leaving.why !== leaving.why || known.boot !== boot)
    evidence.leaving = { leaving, firstSeenMs: now, boot };
  if (endsBoot(leaving) && isLeaving(evidence, now)) evidence.leftBoot = boot;
}

/** The restart of an agent says nothing of its host: that may die meanwhile as any other. */
export const endsBoot = ({ why }: Leaving): boolean => why !== 'agent-restart';

/** What a former boot announced, it has done. */
export function isLeaving({ leaving, boot }: HostEvidence, now: number): boolean {
  if (leaving === null || leaving.boot !== boot) return false;
  const { expiresMs } = leaving.leaving;
  return expiresMs === null || now - leaving.firstSeenMs < expiresMs;
}

/** It lives on in a boot that it was to leave by now: how that boot ends will be another matter. */
export function noteStay(evidence: HostEvidence, boot: BootId, now: number): void {
  if (evidence.leftBoot === boot && evidence.leaving?.boot === boot && !isLeaving(evidence, now))
    evidence.leftBoot = null;
}
