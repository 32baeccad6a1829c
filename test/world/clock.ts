/** Virtual time: a queue of events, run in the order of their time and, at the same time, of their making. */
export class VirtualClock {
  now = 0;
  private sequence = 0;
  private queue: { readonly at: number; readonly sequence: number; readonly run: () => void }[] = [];

  after(delayMs: number, run: () => void): void {
    this.sequence += 1;
    const event = { at: this.now + delayMs, sequence: this.sequence, run };
    const place = this.queue.findIndex((other) => other.at > event.at);
    if (place === -1) this.queue.push(event);
    else this.queue.splice(place, 0, event);
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
