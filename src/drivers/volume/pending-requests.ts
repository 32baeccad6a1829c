/**
 * Requests that wait for their answer, each with its deadline. Never rejects, never grows without bound: writes of the
 * seat, which are let through whatever waits, are one at a time, or two where the lease is released.
 */
import type { VolumeError } from '../../core/wire/observations.ts';

export const MAX_PENDING_REQUESTS = 64;

export type Settled<Answer> =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly error: VolumeError };

export interface PendingRequests<Answer> {
  /** `send` gets the id that the answer must carry. */
  readonly begin: (
    deadlineMs: number,
    isSeat: boolean,
    send: (id: number) => void,
  ) => Promise<Settled<Answer>>;
  /** False: nobody waits for it any more. */
  readonly settle: (id: number, settled: Settled<Answer>) => boolean;
  readonly failAll: (error: VolumeError) => void;
}

export function pendingRequests<Answer>(): PendingRequests<Answer> {
  const waiting = new Map<number, (settled: Settled<Answer>) => void>();
  let lastId = 0;
  return {
    begin(deadlineMs, isSeat, send) {
      if (!isSeat && waiting.size >= MAX_PENDING_REQUESTS) {
        const detail = `${MAX_PENDING_REQUESTS} requests wait already`;
        return Promise.resolve({ ok: false, error: { code: 'busy', detail } });
      }
      const id = ++lastId;
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          waiting.delete(id);
          resolve({ ok: false, error: { code: 'deadline', detail: `no answer within ${deadlineMs} ms` } });
        }, deadlineMs);
        waiting.set(id, (settled) => {
          clearTimeout(timer);
          waiting.delete(id);
          resolve(settled);
        });
        send(id);
      });
    },
    settle(id, settled) {
      const waiter = waiting.get(id);
      waiter?.(settled);
      return waiter !== undefined;
    },
    failAll(error) {
      for (const waiter of waiting.values()) waiter({ ok: false, error });
    },
  };
}
