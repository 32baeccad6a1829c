/** Waiting for a condition, never for a while. */
const POLL_MS = 50;

export async function waitFor<T>(
  what: string,
  withinMs: number,
  look: () => Promise<T | null | false> | T | null | false,
): Promise<T> {
  const untilMs = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== null && seen !== false) return seen;
    if (performance.now() > untilMs) throw new Error(`not within ${withinMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Looks again and again for a while and fails as soon as the condition does not hold. */
export async function holdsFor(what: string, forMs: number, look: () => Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + forMs;
  while (performance.now() < untilMs) {
    if (!(await look())) throw new Error(`did not hold for ${forMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Did it come to be? For what may as well not happen. */
export async function eventually(withinMs: number, look: () => Promise<boolean>): Promise<boolean> {
  try {
    return await waitFor('it', withinMs, look);
  } catch {
    return false;
  }
}
