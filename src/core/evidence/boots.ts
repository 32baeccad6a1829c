/** In which boot a host lives. A new one is a new life; one that was over stays over, whatever late writes show. */
import type { BootId } from '../wire/records.ts';
import type { HostEvidence } from './host.ts';

/** Former boots remembered for each host. */
const FORMER_BOOTS_MAX = 4;
/** A write of a former boot may land late, once on each volume; what goes on advancing was no late write. */
const LATE_WRITES_MAX = 4;

/** It showed life in this boot just now. */
export function noteBoot(evidence: HostEvidence, boot: BootId): void {
  const { formerBoots } = evidence;
  if (boot === evidence.boot) {
    for (const former of formerBoots.keys()) formerBoots.set(former, 0);
    return;
  }
  const late = formerBoots.get(boot);
  if (late !== undefined && late < LATE_WRITES_MAX) {
    formerBoots.set(boot, late + 1);
    return;
  }
  formerBoots.delete(boot);
  if (evidence.boot !== null) formerBoots.set(evidence.boot, 0);
  const oldest = formerBoots.keys().next().value;
  if (formerBoots.size > FORMER_BOOTS_MAX && oldest !== undefined) formerBoots.delete(oldest);
  evidence.boot = boot;
}
