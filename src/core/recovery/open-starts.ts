/**
 * Starts in place that nova was asked for and has not answered: each may still be carried out, and then resets whatever
 * guest of that VM runs, wherever it has been started meanwhile.
 */
export class OpenStarts {
  /** By VM. Those that are over go with the next that comes, so there are no more than nova left unanswered within Q. */
  private readonly untilMs = new Map<string, number>();

  note(vm: string, now: number, openRequestMs: number): void {
    for (const [other, untilMs] of this.untilMs) if (untilMs <= now) this.untilMs.delete(other);
    this.untilMs.set(vm, now + openRequestMs);
  }

  isOpen(vm: string, now: number): boolean {
    return now < (this.untilMs.get(vm) ?? 0);
  }
}
