/**
 * The guests' own evidence: each appends `host counter` to its VM's file on the shared storage, five times a second.
 * Two hosts' names in turns would be one VM running twice; a counter that starts anew is another guest process.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** One guest process, as its lines show it. */
export interface Life {
  readonly host: string;
  readonly first: number;
  readonly last: number;
  /** Its counter went up by one each time. */
  readonly isUnbroken: boolean;
}

/** The lives of a VM in the order of their first lines; a host that writes again after another did is a life again. */
export function livesOf(text: string): readonly Life[] {
  const lives: { host: string; first: number; last: number; isUnbroken: boolean }[] = [];
  // Half a line can only be the last one, being written right now.
  for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
    if (line === '') continue;
    const [host = '', number] = line.split(' ');
    const counter = Number(number);
    const current = lives.at(-1);
    if (current?.host === host && counter > current.last) {
      if (counter !== current.last + 1) current.isUnbroken = false;
      current.last = counter;
    } else {
      lives.push({ host, first: counter, last: counter, isUnbroken: true });
    }
  }
  return lives;
}

export interface GuestWatch {
  lives(vm: string): readonly Life[];
  /** Time without a line, as far as it is certain: never more than it really was. */
  longestSilenceMs(vm: string, sinceMs: number): number;
  /** Lines so far; grows while the guest runs. */
  lines(vm: string): number;
  stop(): void;
}

const LOOK_MS = 250;

interface Seen {
  size: number;
  /** When it was last seen to have grown. */
  grownMs: number;
  readonly silences: { readonly fromMs: number; readonly untilMs: number }[];
}

/** Looks at the files' sizes from now on, since the lines carry no time. */
export function watchGuests(folder: string): GuestWatch {
  const seen = new Map<string, Seen>();
  const look = (): void => {
    for (const vm of readdirSync(folder)) {
      const now = performance.now();
      const { size } = statSync(join(folder, vm));
      const known = seen.get(vm);
      if (known === undefined) seen.set(vm, { size, grownMs: now, silences: [] });
      else if (size > known.size) Object.assign(known, { size, grownMs: now });
      else noteSilence(known, now);
    }
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    lives: (vm) => livesOf(readGuest(folder, vm)),
    longestSilenceMs(vm, sinceMs) {
      const lengths = (seen.get(vm)?.silences ?? []).map(
        ({ fromMs, untilMs }) => untilMs - Math.max(fromMs, sinceMs),
      );
      return Math.max(0, ...lengths);
    },
    lines: (vm) => livesOf(readGuest(folder, vm)).reduce((sum, { first, last }) => sum + last - first + 1, 0),
    stop: () => clearInterval(timer),
  };
}

function noteSilence(known: Seen, now: number): void {
  const last = known.silences.at(-1);
  if (last?.fromMs === known.grownMs) known.silences.pop();
  known.silences.push({ fromMs: known.grownMs, untilMs: now });
}

function readGuest(folder: string, vm: string): string {
  try {
    return readFileSync(join(folder, vm), 'utf8');
  } catch {
    // No guest has written yet.
    return '';
  }
}
