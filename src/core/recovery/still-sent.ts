/** For how long a request to nova may still be on its way to it, and be carried out then. */
import type { Settings } from '../settings.ts';
import type { CloudAnswer } from './cloud.ts';

/**
 * For so long the kernel goes on sending what an agent has handed to it, also once that has given up or is dead: 102 s,
 * where nobody has changed `net.ipv4.tcp_orphan_retries`. Of a host that is off, or has booted, nothing is sent any more.
 */
export const KERNEL_SENDS_MS = 105_000;

/** From when its answer is there, or nobody waits for it any more. What was answered has arrived. */
export const stillSentMs = (answer: CloudAnswer): number =>
  answer.ok || answer.failure.status !== null ? 0 : KERNEL_SENDS_MS;

/** Of one that somebody else has sent: whether it was answered nobody knows. */
export const unansweredMs = ({ timing }: Settings): number => KERNEL_SENDS_MS + timing.openRequestMs;
