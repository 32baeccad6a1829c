/**
 * What the core waits for: results of effects, and moments. Each wait has a deadline of the core's own, since a result
 * may never come.
 */
import type { Core } from './state.ts';
import type { Effect, EffectId } from './effect.ts';
import type { Result } from './input.ts';
import type { Task } from './lib/task.ts';

/** More open requests than this are answered with "no answer" instead of being sent: something is badly wrong then. */
export const MAX_OPEN_REQUESTS = 4096;

export interface Requests {
  nextId: EffectId;
  readonly open: Map<EffectId, { readonly untilMs: number; readonly done: (result: Result | null) => void }>;
  sleepers: { readonly untilMs: number; readonly resume: () => void }[];
  /** No wait ends before this; most inputs come earlier, and need not look. */
  soonestMs: number;
  /** Requests not sent because too many were open. */
  refused: number;
}

export function createRequests(): Requests {
  return { nextId: 1, open: new Map(), sleepers: [], soonestMs: Infinity, refused: 0 };
}

type Answered = Exclude<Extract<Effect, { readonly id: EffectId }>['do'], 'answer'>;
type EffectOf<D extends Answered> = Omit<Extract<Effect, { readonly do: D }>, 'id' | 'untilMs'>;
type ResultOf<D extends Answered, R = Result> = R extends { readonly of: infer Of }
  ? D extends Of
    ? R
    : never
  : never;

/** Sends an effect and waits for its result; null if none came by the deadline. */
export function* request<D extends Answered>(
  core: Core,
  effect: EffectOf<D> & { readonly do: D },
  deadlineMs: number,
): Task<ResultOf<D> | null> {
  const { requests } = core;
  if (requests.open.size >= MAX_OPEN_REQUESTS) {
    requests.refused += 1;
    return null;
  }
  let answer: ResultOf<D> | null = null;
  yield (resume) => {
    const id = requests.nextId;
    requests.nextId += 1;
    const untilMs = until(core, deadlineMs);
    requests.open.set(id, {
      untilMs,
      done: (result) => {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the driver answers in kind; input.ts pairs them
        answer = result as ResultOf<D> | null;
        resume();
      },
    });
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the compiler does not see that Omit and these make the whole again
    core.outbox.push({ ...effect, id, untilMs } as unknown as Effect);
  };
  return answer;
}

export function* sleep(core: Core, forMs: number): Task<void> {
  yield (resume) => {
    core.requests.sleepers.push({ untilMs: until(core, forMs), resume });
  };
}

function until({ requests, now }: Core, forMs: number): number {
  const untilMs = now + forMs;
  requests.soonestMs = Math.min(requests.soonestMs, untilMs);
  return untilMs;
}

/** A result came in; one for a request that has been given up is dropped. */
export function resolve(core: Core, id: EffectId, result: Result): void {
  const waiting = core.requests.open.get(id);
  if (waiting === undefined) return;
  core.requests.open.delete(id);
  waiting.done(result);
}

/** Ends all waits whose time has come, in the order in which they were begun. */
export function expire(core: Core): void {
  if (core.now >= core.requests.soonestMs) endDue(core);
}

function endDue(core: Core): void {
  const { requests } = core;
  const overdue = [...requests.open].filter(([, waiting]) => waiting.untilMs <= core.now);
  for (const [id, waiting] of overdue) {
    requests.open.delete(id);
    waiting.done(null);
  }
  const due = requests.sleepers.filter((sleeper) => sleeper.untilMs <= core.now);
  if (due.length > 0) requests.sleepers = requests.sleepers.filter((sleeper) => sleeper.untilMs > core.now);
  for (const sleeper of due) sleeper.resume();
  const left = [...requests.open.values(), ...requests.sleepers];
  requests.soonestMs = left.reduce((soonest, { untilMs }) => Math.min(soonest, untilMs), Infinity);
}
