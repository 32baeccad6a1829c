import type { Position } from './positions.ts';
import type { YamlWords } from './yaml-errors.ts';

/** Far beyond any file of ours. The parser goes down by recursion, and at the end of its stack the process may end. */
const BRACKETS_OPEN_MAX = 64;
const INDENT_MAX = 256;

export const TOO_DEEP: YamlWords = {
  problem: 'is nested too deeply here',
  right: `at most ${BRACKETS_OPEN_MAX} brackets inside each other, and ${INDENT_MAX} columns before a key`,
};

/** Where a text is nested more deeply than is read; null where all is well. Brackets in quotes count as well. */
export function tooDeep(text: string): Position | null {
  let open = 0;
  for (const [index, line] of text.split('\n').entries()) {
    // Each level of a block takes a column at least, of spaces or of the signs of a list.
    const before = /^[\s?-]*/.exec(line)?.[0].length ?? 0;
    if (before > INDENT_MAX) return { line: index + 1, column: 1 };
    for (let at = 0; at < line.length; at += 1) {
      const character = line[at];
      if (character === '[' || character === '{') open += 1;
      else if (character === ']' || character === '}') open = Math.max(0, open - 1);
      if (open > BRACKETS_OPEN_MAX) return { line: index + 1, column: at + 1 };
    }
  }
  return null;
}
