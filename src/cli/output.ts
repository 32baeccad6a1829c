import { styleText } from 'node:util';
import { visibleJson, visibleLines } from './visible.ts';

/** May be styled: what others wrote in it has been made visible. */
// Whoever reads a pipe may have seen enough, as `head` has: what is still said is said to nobody.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

export function say(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}

export function complain(text: string): void {
  process.stderr.write(`${visibleLines(text)}\n`);
}

export function sayJson(value: unknown): void {
  say(visibleJson(value, 2));
}

type Style = 'bold' | 'red' | 'green' | 'yellow' | 'dim';

/** Colour is for people at a terminal; a pipe gets plain text. */
export function styled(style: Style, text: string): string {
  return process.stdout.isTTY && process.env['NO_COLOR'] === undefined ? styleText(style, text) : text;
}

/** Columns as wide as their widest cell, the last one as long as it is. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [styled('bold', line(head)), ...rows.map(line)].join('\n');
}

/** 950 ms, 3.2 s, 4 min, 2 h. */
export function duration(ms: number | null): string {
  if (ms === null) return '-';
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}
