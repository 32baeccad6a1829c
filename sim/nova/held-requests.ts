/** Requests that are held on their way to nova. */
import type { CloudCall } from '../../src/core/recovery/cloud.ts';
import type { VirtualClock } from '../clock.ts';

export class HeldRequests {
  private readonly held = new Set<{ readonly call: CloudCall['call']; readonly go: () => void }>();
  private readonly clock: VirtualClock;

  constructor(clock: VirtualClock) {
    this.clock = clock;
  }

  /** Until it is let go, but not before it would have come anyway: what is held is never later than the longer of both. */
  hold(call: CloudCall['call'], holdMs: number, lateMs: number, run: () => void): void {
    const { clock } = this;
    const earliestMs = clock.now + lateMs;
    const held = {
      call,
      go: () => {
        if (this.held.delete(held)) clock.after(earliestMs - clock.now, run);
      },
    };
    this.held.add(held);
    clock.after(holdMs, held.go);
  }

  /** Null: all of them. */
  letGo(call: CloudCall['call'] | null): void {
    for (const held of this.held) if (call === null || held.call === call) held.go();
  }
}
