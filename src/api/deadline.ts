export const LATE = Symbol('late');

/** The answer, or LATE; the work goes on, and its end is then of no interest. */
export async function within<Value>(work: Promise<Value>, deadlineMs: number): Promise<Value | typeof LATE> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof LATE>((resolve) => {
    timer = setTimeout(() => resolve(LATE), deadlineMs);
    // A request without an answer is no reason to keep a stopping agent.
    timer.unref();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
