/** What the embedded cloud does later by itself, on its clock. */
import type { CloudClock } from './model/options.ts';

interface DueJob {
  readonly dueAtMs: number;
  readonly run: () => void;
}

export class DueJobs {
  readonly #clock: CloudClock;
  readonly #jobs: DueJob[] = [];

  constructor(clock: CloudClock) {
    this.#clock = clock;
  }

  after(delayMs: number, run: () => void): void {
    this.#jobs.push({ dueAtMs: this.#clock.nowMs() + delayMs, run });
  }

  /** Runs what is due, in the order in which it became due; also what thereby becomes due at once. */
  run(): void {
    for (;;) {
      const nowMs = this.#clock.nowMs();
      const due = this.#jobs.filter((job) => job.dueAtMs <= nowMs).sort((a, b) => a.dueAtMs - b.dueAtMs)[0];
      if (due === undefined) return;
      this.#jobs.splice(this.#jobs.indexOf(due), 1);
      due.run();
    }
  }
}
