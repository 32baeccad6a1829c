/** What has happened since a fault, each thing told once and kept for the table at the end. */
import type { Teller, Tone } from './tell.ts';

export interface Milestone {
  readonly story: string;
  readonly stage: string;
  readonly afterMs: number;
}

export interface Milestones {
  /** Tells and keeps it, the first time; `stage` is what the table calls it. */
  reach(stage: string, text: string, tone?: Tone): void;
  has(stage: string): boolean;
  readonly all: readonly Milestone[];
}

export function sinceFault(tell: Teller, story: string): Milestones {
  const faultMs = performance.now();
  const all: Milestone[] = [];
  const has = (stage: string): boolean => all.some((known) => known.stage === stage);
  return {
    reach(stage, text, tone) {
      if (has(stage)) return;
      const afterMs = performance.now() - faultMs;
      all.push({ story, stage, afterMs });
      tell.at(afterMs, text, tone);
    },
    has,
    all,
  };
}
