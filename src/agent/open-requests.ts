/** Requests that came in through the API and wait for the core's answer. */
import type { Answer } from '../core/effect.ts';
import type { Request, RequestId } from '../core/input.ts';
import type { Handle } from '../api/handler.ts';
import type { HandedOverTokens } from './handed-over-tokens.ts';
import type { Untimed } from './loop.ts';

export interface OpenRequests {
  readonly handle: Handle;
  answer(id: RequestId, answer: Answer): void;
}

/** The API limits how many are open and for how long; one whose asker has given up is answered to nobody. */
export function createOpenRequests(feed: (input: Untimed) => void, tokens: HandedOverTokens): OpenRequests {
  const open = new Map<RequestId, (answer: Answer) => void>();
  let nextId: RequestId = 1;
  return {
    handle: (request: Request, _peer, token) =>
      new Promise((resolve) => {
        const id = nextId;
        nextId += 1;
        if (token !== null) tokens.add(id, token);
        open.set(id, resolve);
        feed({ kind: 'request', id, request });
      }),
    answer(id, answer) {
      open.get(id)?.(answer);
      open.delete(id);
    },
  };
}
