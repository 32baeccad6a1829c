/** Virtual time: a queue of events, run in the order of their time and, at the same time, of their making. */
export class VirtualClock {
  now = 0;
  private readonly queue: { readonly at: number; readonly run: () => void }[] = [];

  after(delayMs: number, run: () => void): void {
    const at = this.now + delayMs;
    let place = this.queue.length;
    let low = 0;
    while (low < place) {
      const middle = (low + place) >>> 1;
      if ((this.queue[middle]?.at ?? 0) > at) place = middle;
      else low = middle + 1;
    }
    this.queue.splice(place, 0, { at, run });
  }

  runUntil(at: number): void {
    for (;;) {
      const next = this.queue[0];
      if (next === undefined || next.at > at) break;
      this.queue.shift();
      this.now = next.at;
      next.run();
    }
    this.now = at;
  }
}
