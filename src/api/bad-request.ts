import type { ApiCounters } from './handler.ts';

/** What the library refuses before any route has seen it, answered as everything else is. */
export function badRequest(counters: ApiCounters): () => Response {
  return () => {
    counters.refused('bad-request');
    const words = 'not a request: its host header or its path cannot be';
    return Response.json({ code: 'bad-request', words }, { status: 400 });
  };
}
