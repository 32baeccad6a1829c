import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';

/** A look-up holds one of the four threads that files need too; with DNS broken, webhooks may hold two of them. */
export const MAX_LOOKUPS_OPEN = 2;

export function limitedLookup(onLimit: () => void): LookupFunction {
  let open = 0;
  return (hostname, options, callback) => {
    if (open >= MAX_LOOKUPS_OPEN) {
      onLimit();
      const busy = Object.assign(new Error('too many look-ups of names are open'), { code: 'EAGAIN' });
      process.nextTick(callback, busy, '', 0);
      return;
    }
    open += 1;
    lookup(hostname, options, (error, address, family) => {
      open -= 1;
      callback(error, address, family);
    });
  };
}
