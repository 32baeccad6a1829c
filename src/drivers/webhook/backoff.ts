/** Doubles from `firstMs` to `maxMs`, each shortened by up to half at random, so that many hosts do not knock at once. */
export function backoffMs(attempt: number, firstMs: number, maxMs: number, random: () => number): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(30, attempt - 1));
  return Math.round(full * (0.5 + random() / 2));
}
