import type { Answer } from '../core/effect.ts';
import type { Request } from '../core/input.ts';
import type { ShortLivedToken } from '../drivers/nova/cloud-driver.ts';
import { LATE, within } from './deadline.ts';
import { ANSWER_MS, type ApiCounters, type Handle, MAX_REQUESTS_OPEN, type Peer } from './handler.ts';

export type Asked<To extends Answer['to']> =
  | { readonly ok: true; readonly answer: Extract<Answer, { readonly to: To }> }
  | { readonly ok: false; readonly status: 500 | 503 | 504; readonly words: string };

export interface Asker {
  ask<To extends Request['ask']>(
    request: Extract<Request, { readonly ask: To }>,
    peer: Peer,
    token?: ShortLivedToken,
  ): Promise<Asked<To>>;
}

/** Between HTTP and the agent: a limit on what is open, a deadline for each, and no exception into either side. */
export function createAsker(handle: Handle, counters: ApiCounters): Asker {
  let open = 0;
  return {
    async ask<To extends Request['ask']>(
      request: Extract<Request, { readonly ask: To }>,
      peer: Peer,
      token?: ShortLivedToken,
    ): Promise<Asked<To>> {
      if (open >= MAX_REQUESTS_OPEN) {
        counters.refused('too-many');
        return { ok: false, status: 503, words: `${MAX_REQUESTS_OPEN} requests are open already` };
      }
      open += 1;
      try {
        const answer = await within(handle(request, peer, token ?? null), ANSWER_MS[request.ask]);
        if (answer === LATE) {
          counters.refused('deadline');
          return { ok: false, status: 504, words: `no answer within ${ANSWER_MS[request.ask]} ms` };
        }
        if (isTo(answer, request.ask)) return { ok: true, answer };
        throw new Error(`asked ${request.ask}, answered ${answer.to}`);
      } catch (error) {
        counters.refused('fault');
        return { ok: false, status: 500, words: error instanceof Error ? error.message : 'fault' };
      } finally {
        open -= 1;
      }
    },
  };
}

function isTo<To extends Answer['to']>(
  answer: Answer,
  to: To,
): answer is Extract<Answer, { readonly to: To }> {
  return answer.to === to;
}
