import type { ProbeTarget, Result } from '../../core/input.ts';
import type { RestartOrder } from '../../core/recovery/orders.ts';
import type { AgentAddress, HostName, ProbeAnswer } from '../../core/wire/records.ts';
import type { ShortLivedToken } from '../nova/cloud-driver.ts';
import { API_VERSION, orderOutcome, PATHS, probeAnswer } from './contract.ts';
import type { PeerClient } from './peer-client.ts';

interface To {
  readonly host: HostName;
  readonly address: AgentAddress;
}

export type OrderResult = Extract<Result, { readonly of: 'order' }>;

/** Gives an order to a slave. Never rejects; only what surely did not arrive is told as such. */
export async function sendOrder(
  client: PeerClient,
  to: To,
  order: RestartOrder,
  token: ShortLivedToken,
  deadlineMs: number,
): Promise<OrderResult> {
  const call = { method: 'POST', path: PATHS.restart, body: { version: API_VERSION, order, token } } as const;
  const answer = await client.call({ host: to.host, ...to.address }, call, deadlineMs);
  if (answer.kind !== 'answer')
    return { of: 'order', outcome: null, arrived: answer.kind, detail: answer.detail };
  if (answer.status === 200) {
    const outcome = orderOutcome.safeParse(answer.body);
    if (outcome.success) return { of: 'order', outcome: outcome.data };
    return { of: 'order', outcome: null, arrived: 'no-answer', detail: 'an answer that is not understood' };
  }
  // 4xx and 503 are given before the order is handed on; after that, only 500 and 504 are.
  const isBefore = (answer.status >= 400 && answer.status < 500) || answer.status === 503;
  const detail = `HTTP ${answer.status}: ${wordsOf(answer.body)}`;
  return { of: 'order', outcome: null, arrived: isBefore ? 'surely-not' : 'no-answer', detail };
}

/** Has another host probe; null: it could not be asked, which says nothing about the target. */
export async function askProbe(
  client: PeerClient,
  via: To,
  target: ProbeTarget,
  deadlineMs: number,
): Promise<ProbeAnswer | null> {
  const call = { method: 'POST', path: PATHS.probe, body: { version: API_VERSION, target } } as const;
  const answer = await client.call({ host: via.host, ...via.address }, call, deadlineMs);
  if (answer.kind !== 'answer' || answer.status !== 200) return null;
  const parsed = probeAnswer.safeParse(answer.body);
  return parsed.success ? parsed.data.answer : null;
}

export function wordsOf(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('words' in body)) return 'no words';
  return typeof body.words === 'string' ? body.words.slice(0, 500) : 'no words';
}
