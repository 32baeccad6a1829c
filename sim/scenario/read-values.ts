/** Times, amounts and names in a line of a scenario. What is wrong with one is blamed, and something is returned. */
import { SECONDS_MAX } from './limits.ts';
import { type Line, pairOf } from './line.ts';
import { durationMs, durationText, secondsMs, wholeNumber } from './units.ts';

export function seconds(line: Line): number {
  const text = line.next('a time');
  return upToLimit(line, text, secondsMs(text), 'time in seconds, such as 120 or 0.5');
}

export function duration(line: Line, text: string): number {
  return upToLimit(line, text, durationMs(text), 'duration, such as 500ms, 4s, 10m');
}

/** `NAME=DURATION`. */
export function namedDuration(line: Line, name: string): number {
  const [key, value] = pairOf(line.next(`${name}=`)) ?? ['', ''];
  if (key !== name) line.blame(`${name}= is missing`);
  return duration(line, value);
}

export function durationBetween(
  line: Line,
  name: string,
  text: string,
  minMs: number,
  maxMs: number,
): number {
  const ms = duration(line, text);
  if (ms < minMs || ms > maxMs) line.blame(`${name}: ${durationText(minMs)} to ${durationText(maxMs)}`);
  return ms;
}

export function wholeBetween(line: Line, name: string, text: string, min: number, max: number): number {
  const value = wholeNumber(text);
  if (value !== null && value >= min && value <= max) return value;
  line.blame(`${name}: a whole number, ${min} to ${max}`);
  return min;
}

export function percent(line: Line, text: string): number {
  const number = /^\d{1,2}%$|^100%$/.test(text) ? Number(text.slice(0, -1)) : null;
  if (number === null) line.blame(`${text} is no whole percentage from 0% to 100%, such as 20%`);
  return number ?? 0;
}

/** A name that means nothing else anywhere, nor in a pattern. */
export function newName(line: Line, what: string, word: string): string {
  if (!/^[A-Za-z0-9][\w.-]*$/.test(word)) line.blame(`${what} is named with letters, digits, - _ . only`);
  return word;
}

function upToLimit(line: Line, text: string, ms: number | null, what: string): number {
  if (ms === null && text !== '') line.blame(`${text} is no ${what}`);
  if (ms !== null && ms > SECONDS_MAX * 1_000) line.blame(`${text} is more than ${SECONDS_MAX} seconds`);
  return ms ?? 0;
}
