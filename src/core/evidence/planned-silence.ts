/** Silence that a host has announced, or for which somebody has vouched, tells of no failure. */
import { isLeaving } from './leaving.ts';
import { maintenanceWords } from './maintenance.ts';
import type { HostEvidence } from './host.ts';

/** What was announced, in words; null: its silence is unexpected, or is to be taken for what it may be. */
export function plannedSilence(evidence: HostEvidence, now: number): string | null {
  const { host, said, leaving } = evidence;
  const declared = said?.maintenance.declared ?? null;
  if (declared !== null && !declared.recover) return maintenanceWords(host, declared);
  return leaving !== null && isLeaving(evidence, now)
    ? `${host} announced that it leaves: ${leaving.leaving.why}`
    : null;
}
