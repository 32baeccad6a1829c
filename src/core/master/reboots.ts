/** Has a host booted without a word? Its guests are gone then, and nobody has looked after them. */
import type { HostEvidence } from '../evidence/host.ts';
import { toldReboot } from '../evidence/own-reboot.ts';
import type { Facts } from '../verdict/facts.ts';
import type { BootId } from '../wire/records.ts';
import type { Judgement, Mastership } from './mastership.ts';

/**
 * The boot that has ended: it has another one than it was known in, and had not said that it would leave that; or it
 * says itself that it has. Null: none, or somebody has seen to it.
 */
export function rebootedFrom(
  master: Mastership,
  evidence: HostEvidence,
  facts: Facts,
  before: Judgement | undefined,
): BootId | null {
  if (facts.formerBootLives) return null;
  const known = formerBoot(master, evidence, before);
  if (known !== null && evidence.boot !== known && evidence.leftBoot !== known) return known;
  const told = toldReboot(evidence);
  return told === master.dealtWith.get(evidence.host) ? null : told;
}

/**
 * The boot that the host was known in: by this master itself; as the boot in which it was master itself; or, since there
 * was no master any more, by its slot. What it did before is the former master's affair.
 */
function formerBoot(
  { former, dealtWith }: Mastership,
  { host, rebooted }: HostEvidence,
  before: Judgement | undefined,
): BootId | null {
  if (before !== undefined && before.boot !== null) return before.boot;
  if (former === null) return null;
  const sinceThen = rebooted !== null && rebooted.afterMs >= former.renewedMs ? rebooted.from : null;
  const boot = host === former.host ? former.boot : sinceThen;
  return boot === dealtWith.get(host) ? null : boot;
}
