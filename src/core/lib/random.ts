/** Seeded randomness (mulberry32, a public-domain generator): for back-off and nonces, never for secrets. */
export interface Random {
  /** Uniform in [0, below). */
  below(below: number): number;
  /** Uniform 32-bit unsigned integer. */
  uint32(): number;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const uint32 = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return { uint32, below: (below) => Math.floor((uint32() / 2 ** 32) * below) };
}
