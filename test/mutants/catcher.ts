/** What all that may catch a defect have in common. */

export const CATCHERS = ['scenarios', 'swarm', 'tests'] as const;
export type CatcherName = (typeof CATCHERS)[number];

export interface Catch {
  /** The scenario, the seed or the test. */
  readonly where: string;
  /** The checker; `expectation`; or what became of the process. */
  readonly how: string;
}

export interface Outcome {
  readonly catches: readonly Catch[];
  /** It did not end, which is no catch; null: it did. */
  readonly hung: string | null;
}

export interface Search {
  /** A defect's program or tests. */
  readonly bundle: string;
  /** Without a defect it is the same: that tells nothing. */
  readonly isKnown: (where: string) => Promise<boolean>;
  /** Whether to look for more once something was found. */
  readonly all: boolean;
}
