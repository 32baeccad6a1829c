/**
 * Virtual time in milliseconds: events run in the order of their time and, at the same time, of their making. Those of
 * the coming seconds wait in a wheel with a place for each millisecond, so that what comes again and again costs the
 * same however much of it there is. What is further away waits in a list that is looked through once a stretch.
 */
class Event {
  readonly at: number;
  readonly run: () => void;
  /** In the ring of all events of one millisecond; one alone is a ring, too. */
  next: Event;

  constructor(at: number, run: () => void) {
    this.at = at;
    this.run = run;
    this.next = this;
  }
}

const STRETCH_MS = 1_024;
const WHEEL_MS = 2 * STRETCH_MS;

export class VirtualClock {
  now = 0;
  /** By millisecond, modulo: the last event of its ring. */
  private readonly wheel: (Event | null)[] = Array.from({ length: WHEEL_MS }, () => null);
  /** The wheel is here. It holds what comes before the horizon, which is never a whole turn away. */
  private placeMs = 0;
  private horizonMs = WHEEL_MS;
  private later: Event[] = [];

  after(delayMs: number, run: () => void): void {
    this.add(new Event(this.now + Math.max(0, delayMs), run));
  }

  runUntil(at: number): void {
    for (;;) {
      const last = this.wheel[this.placeMs % WHEEL_MS] ?? null;
      if (last === null) {
        if (this.placeMs + 1 > at) break;
        this.turn();
        continue;
      }
      const event = last.next;
      if (event.at > at) break;
      if (event === last) this.wheel[this.placeMs % WHEEL_MS] = null;
      else last.next = event.next;
      // What has run must not keep alive what ran after it.
      event.next = event;
      this.now = event.at;
      event.run();
    }
    this.now = at;
  }

  private add(event: Event): void {
    if (event.at >= this.horizonMs) {
      this.later.push(event);
      return;
    }
    const place = Math.floor(event.at) % WHEEL_MS;
    const last = this.wheel[place] ?? event;
    let before = last;
    if (event.at < last.at) while (before.next.at <= event.at) before = before.next;
    else this.wheel[place] = event;
    event.next = before.next;
    before.next = event;
  }

  private turn(): void {
    this.placeMs += 1;
    if (this.horizonMs - this.placeMs >= STRETCH_MS) return;
    this.horizonMs += STRETCH_MS;
    const { later } = this;
    this.later = [];
    for (const event of later) this.add(event);
  }
}
