/**
 * The observer's own fitness. Whoever was late himself restarts his clocks before he accuses anyone; whoever is late
 * again and again is unfit to judge (the idea of memberlist's local health, Dadgar et al., "Lifeguard", 2017).
 */
import type { Timing } from '../timing/timing.ts';

export interface Observer {
  lastTickMs: number | null;
  /** When clocks were last restarted, newest last; at most stallsMax are kept. */
  stalls: number[];
}

export function createObserver(): Observer {
  return { lastTickMs: null, stalls: [] };
}

/** Notes a tick; true if the loop was late by more than a beat since the last one. */
export function noteTick(observer: Observer, timing: Timing, now: number): boolean {
  const previous = observer.lastTickMs;
  observer.lastTickMs = now;
  if (previous === null || now - previous <= timing.stallMs + tickMs(timing)) return false;
  observer.stalls = [...observer.stalls, now].slice(-timing.stallsMax);
  return true;
}

const CATCHING_UP_BEATS = 3;

/** It has just been late: what was told to it meanwhile may still wait to be taken, and is missed by nobody's fault. */
export function isCatchingUp(observer: Observer, timing: Timing, now: number): boolean {
  const lastMs = observer.stalls.at(-1);
  return lastMs !== undefined && now - lastMs < CATCHING_UP_BEATS * timing.beatMs;
}

/** How often the driver ticks the core. */
export function tickMs(timing: Timing): number {
  return timing.beatMs / 4;
}

export function isUnfit(observer: Observer, timing: Timing, now: number): boolean {
  const recent = observer.stalls.filter((at) => now - at < timing.stallWindowMs);
  return recent.length >= timing.stallsMax;
}
