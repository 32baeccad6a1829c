/** The last lines of the journal, kept in memory for `vigil events`. */
export interface JournalEntry {
  /** Grows by one with each line of this host's journal. */
  readonly seq: number;
  /** Wall clock, for people; nothing is decided by it. */
  readonly at: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export const MAX_TAIL_ENTRIES = 1000;
/** Commands that follow the journal at once; more get what is there and are told to ask again. */
export const MAX_FOLLOWERS = 32;

export interface Tail {
  push(entry: JournalEntry): void;
  /** The newest `limit` entries after `afterSeq`, oldest first. */
  after(afterSeq: number, limit: number): readonly JournalEntry[];
  lastSeq(): number;
  /** Resolves when something newer is there, or after `waitMs`. */
  newer(afterSeq: number, waitMs: number): Promise<void>;
}

export function createTail(initial: readonly JournalEntry[] = []): Tail {
  let entries = initial.slice(-MAX_TAIL_ENTRIES);
  const followers = new Set<() => void>();
  const lastSeq = (): number => entries.at(-1)?.seq ?? 0;
  return {
    push(entry) {
      entries.push(entry);
      // Cut in batches: shifting a thousand entries for each line would cost more than the line.
      if (entries.length > 2 * MAX_TAIL_ENTRIES) entries = entries.slice(-MAX_TAIL_ENTRIES);
      for (const wake of followers) wake();
    },
    after: (afterSeq, limit) => {
      const found = entries.slice(-MAX_TAIL_ENTRIES).filter(({ seq }) => seq > afterSeq);
      return found.slice(Math.max(0, found.length - limit));
    },
    lastSeq,
    newer: async (afterSeq, waitMs) => {
      if (lastSeq() > afterSeq || followers.size >= MAX_FOLLOWERS || waitMs <= 0) return;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          followers.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, waitMs);
        followers.add(wake);
      });
    },
  };
}
