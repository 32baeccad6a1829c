/**
 * The shapes that an event and an end have. A pattern that fits none could never match anything, so it is a mistake: each
 * of its alternatives must match something that is known in its place.
 */
import { KIND_NAMES, type Known } from './known.ts';
import { alternatives, matchesWord, type Pattern } from './pattern.ts';

/** Capitals stand for what is known of that kind, words with `|` for one of them, `…` for whatever follows. */
export const EVENTS = [
  'master HOST',
  'no-master',
  'verdict HOST VERDICT',
  'report begin|end CAUSE',
  'report begin HELD CODE',
  'force-down|force-up HOST',
  'evacuate VM HOST -> HOST',
  'evacuate VM refused',
  'order VM refused by HOST REFUSAL',
  'reboot|start|stop VM on HOST',
  'gate HOST open',
  'answer confirm-dead|maintenance|delete-service|free-slot HOST ok|refused',
  'answer migrate VM refused',
  'agent HOST stopped|refused',
] as const;

export const ENDS = [
  'VM runs on HOST',
  'VM runs nowhere',
  'nova places VM on HOST',
  'verdict HOST LAST',
  'vm VM STATE …',
  'master HOST',
  'no-master',
  'no-report',
] as const;

/** A VM of such a name could not be told from it. */
export const RESERVED: readonly string[] = ENDS.map((end) => end.split(' ')[0] ?? '').filter(
  (word) => word !== 'VM',
);

/** Null: it may happen. Words that are left out at the end may be any, but for the second. */
export function troubleWithEvent(pattern: Pattern, known: Known): string | null {
  return troubleWith(pattern, EVENTS, known, 2, 'no event');
}

export function troubleWithEnd(pattern: Pattern, known: Known): string | null {
  return troubleWith(pattern, ENDS, known, Infinity, 'no end of a scenario');
}

interface Trouble {
  /** The number of words that are right. */
  readonly at: number;
  readonly words: string;
}

function troubleWith(
  pattern: Pattern,
  shapes: readonly string[],
  known: Known,
  needed: number,
  otherwise: string,
): string | null {
  const [first = 'nothing'] = pattern;
  const troubles = shapes.map((shape) => troubleWithOne(pattern, shape.split(' '), known, needed));
  if (troubles.includes(null)) return null;
  const furthest = troubles.reduce((a, b) => ((b?.at ?? 0) > (a?.at ?? 0) ? b : a));
  if (furthest !== null && furthest.at > 0) return furthest.words;
  // Everything else being right, it is the name that is wrong.
  const named = shapes.findIndex((shape) => shape.split(' ')[1] === pattern[1]);
  if (named >= 0 && isKind(shapes[named]?.split(' ')[0] ?? '')) return troubles[named]?.words ?? null;
  const firsts = new Set(shapes.flatMap((shape) => alternatives(shape.split(' ')[0] ?? '')));
  return `${first} is ${otherwise}: ${[...firsts].join(', ')}`;
}

function troubleWithOne(
  pattern: Pattern,
  shape: readonly string[],
  known: Known,
  needed: number,
): Trouble | null {
  for (const [at, expected] of pattern.entries()) {
    const place = shape[at];
    if (place === '…') return null;
    if (place === undefined) return { at, words: `${pattern.slice(at).join(' ')} is too much here` };
    const words = troubleInPlace(expected, place, known);
    if (words !== null) return { at, words };
  }
  const least = Math.min(needed, shape.filter((place) => place !== '…').length);
  if (pattern.length >= least) return null;
  return { at: pattern.length, words: `${pattern.join(' ')} says too little: ${shape.join(' ')}` };
}

const isKind = (place: string): place is keyof Known => Object.hasOwn(KIND_NAMES, place);

function troubleInPlace(expected: string, place: string, known: Known): string | null {
  const options = isKind(place) ? known[place] : alternatives(place);
  const fits = (one: string): boolean => one === '*' || options.some((option) => matchesWord(one, option));
  const wrong = alternatives(expected).find((one) => !fits(one));
  if (wrong === undefined) return null;
  return isKind(place)
    ? `there is no ${KIND_NAMES[place]} ${wrong === '' ? expected : wrong}: ${nearest(wrong, options)}`
    : `${options.join(' or ')} is expected, and not ${expected}`;
}

const TOLD_MAX = 12;

/** What begins most like it comes first. */
function nearest(wrong: string, options: readonly string[]): string {
  const alike = (option: string): number => {
    let same = 0;
    while (same < wrong.length && wrong[same] === option[same]) same += 1;
    return same;
  };
  const sorted = [...options].sort((a, b) => alike(b) - alike(a));
  return [...sorted.slice(0, TOLD_MAX), ...(sorted.length > TOLD_MAX ? ['…'] : [])].join(', ');
}
