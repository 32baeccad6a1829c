/** Bytes damaged as storage, networks and forgers damage them: flipped, cut, doubled, and pieced together from two. */
import * as fc from 'fast-check';

export type Change =
  | { readonly how: 'flip'; readonly at: number; readonly bit: number }
  | { readonly how: 'set'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly how: 'insert'; readonly at: number; readonly bytes: Uint8Array }
  | { readonly how: 'cut' | 'double' | 'zero'; readonly at: number; readonly length: number }
  /** The same place of another one. */
  | { readonly how: 'graft'; readonly at: number; readonly length: number }
  /** The beginning of this one, the end of another. */
  | { readonly how: 'splice'; readonly at: number };

const at = fc.nat();
const length = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 5_000 }));
const bytes = fc.uint8Array({ minLength: 1, maxLength: 16 });

export const changes: fc.Arbitrary<readonly Change[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ how: fc.constant('flip' as const), at, bit: fc.nat(7) }) },
    {
      weight: 2,
      arbitrary: fc.record({ how: fc.constantFrom('set' as const, 'insert' as const), at, bytes }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ how: fc.constantFrom('cut', 'double', 'zero', 'graft'), at, length }),
    },
    { weight: 1, arbitrary: fc.record({ how: fc.constant('splice' as const), at }) },
  ),
  { minLength: 1, maxLength: 4 },
);

export function changed(whole: Uint8Array, list: readonly Change[], other: Uint8Array): Uint8Array {
  let now: Buffer = Buffer.from(whole);
  for (const change of list) now = applied(now, change, other);
  return now;
}

function applied(now: Buffer, change: Change, other: Uint8Array): Buffer {
  // One past the end is a place, too.
  const place = change.at % (now.length + 1);
  const before = now.subarray(0, place);
  switch (change.how) {
    case 'flip': {
      const copy = Buffer.from(now);
      if (place < copy.length) copy[place] = (copy[place] ?? 0) ^ (1 << change.bit);
      return copy;
    }
    case 'set':
      return Buffer.concat([before, change.bytes, now.subarray(place + change.bytes.length)]);
    case 'insert':
      return Buffer.concat([before, change.bytes, now.subarray(place)]);
    case 'cut':
      return Buffer.concat([before, now.subarray(place + change.length)]);
    case 'double':
      return Buffer.concat([now.subarray(0, place + change.length), now.subarray(place)]);
    case 'zero': {
      const copy = Buffer.from(now);
      copy.fill(0, place, Math.min(copy.length, place + change.length));
      return copy;
    }
    case 'graft':
      return Buffer.concat([
        before,
        other.subarray(place, place + change.length),
        now.subarray(place + change.length),
      ]);
    case 'splice':
      return Buffer.concat([before, other.subarray(place)]);
  }
}
