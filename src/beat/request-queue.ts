/**
 * What the agent asks for and the beat has not come to. One request is carried out in each turn of the event loop, so
 * that the timer of the beat goes off, and what was sent meanwhile comes in, between any two of them. A write of the
 * seat goes before all others: the lease ends without it, and it has one beat. The others keep their order, in which
 * bodies and records follow each other. What waits is bounded by the agent, which has so many requests open at most.
 */
import type { AgentRequest } from './agent-server.ts';

export interface RequestQueue {
  readonly add: (kind: AgentRequest['kind'], carryOut: () => void) => void;
  /** Carries out each write of the seat that waits. False: there was none. */
  readonly writeSeats: () => boolean;
}

export function requestQueue(): RequestQueue {
  let seats: (() => void)[] = [];
  const others: (() => void)[] = [];
  let isPlanned = false;

  function plan(): void {
    if (isPlanned || seats.length + others.length === 0) return;
    isPlanned = true;
    setImmediate(turn);
  }

  function turn(): void {
    isPlanned = false;
    if (!writeSeats()) others.shift()?.();
    plan();
  }

  /** All of them: there is one whose time is not over, and perhaps the release of the lease after it. */
  function writeSeats(): boolean {
    const writes = seats;
    seats = [];
    for (const write of writes) write();
    return writes.length > 0;
  }

  return {
    add(kind, carryOut) {
      (kind === 'seat' ? seats : others).push(carryOut);
      plan();
    },
    writeSeats,
  };
}
