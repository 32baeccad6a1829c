/** YAML as people damage it, and as nobody would write it. */
import * as fc from 'fast-check';
import { changed, changes } from './change-bytes.ts';
import { anyText, changedText, jsonChanges } from './change-json.ts';

const TOKENS = [
  'a',
  'b: 1',
  ': ',
  '- ',
  '? ',
  '[',
  ']',
  '{',
  '}',
  ',',
  '"',
  "'",
  '|',
  '>',
  '&x ',
  '*x',
  '!!set ',
  '!t ',
  '<<: ',
  '#',
  '%YAML 1.1\n',
  '---\n',
  '...\n',
  '\n',
  '\n  ',
  '\n    ',
  '\t',
  '\0',
  '\ud800',
  '~',
  '0x1f',
  '.inf',
  '.nan',
  '-0',
  '1e999',
  '2026-01-01',
  'yes',
  '@',
  '`',
  '\\',
] as const;
const DEEP = 5_000;
/** Each of them once stopped a YAML reader somewhere. */
const ODD_TEXTS = [
  '',
  '\n',
  '\ufeff',
  '&x [*x]',
  '&x {a: *x}',
  'a: &x {b: *x}\nc: *x',
  'a: &x [1, 2]\nb: *x',
  '? [a, b]\n: c',
  '? {a: b}\n: c',
  '{? : }',
  '__proto__: {a: 1}',
  'cluster: {__proto__: {name: blue}}',
  'a: !!binary "%%%"',
  'a: !!js/function "x"',
  '!!set {a, b}',
  '!!omap [a: 1]',
  '--- a\n--- b',
  '<<: *x',
  `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`,
  `${'{a: '.repeat(DEEP / 10)}1${'}'.repeat(DEEP / 10)}`,
  '- '.repeat(DEEP),
  '['.repeat(DEEP),
  '&a '.repeat(1_000),
  `${'x'.repeat(50_000)}: 1`,
  `${Array.from({ length: 9 }, (_, n) => `a${n}: &a${n} [${n === 0 ? 'x' : `*a${n - 1}, `.repeat(9)}]`).join('\n')}\n`,
] as const;

/** Texts like `text`, which says `value`. `isText`: the characters are changed, else only what it says. */
export function yamlLike(
  text: string,
  value: object,
): fc.Arbitrary<{ readonly text: string; readonly isText: boolean }> {
  const bytes = Buffer.from(text);
  const characters = fc.oneof(
    changes.map((list) => Buffer.from(changed(bytes, list, bytes)).toString()),
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(...TOKENS)), { minLength: 1, maxLength: 3 }).map((inserts) =>
      inserts.reduce((now, [at, token]) => {
        const place = at % (now.length + 1);
        return `${now.slice(0, place)}${token}${now.slice(place)}`;
      }, text),
    ),
    fc.array(fc.constantFrom(...TOKENS), { maxLength: 30 }).map((tokens) => tokens.join('')),
    fc.constantFrom(...ODD_TEXTS),
    fc.constantFrom(...ODD_TEXTS).map((odd) => `${text}extra: ${odd}\n`),
    fc.tuple(fc.nat(), fc.constantFrom(...ODD_TEXTS)).map(([at, odd]) => inPlace(text, at, odd)),
    anyText,
  );
  return fc.oneof(
    { weight: 1, arbitrary: characters.map((text) => ({ text, isText: true })) },
    // JSON is YAML.
    {
      weight: 1,
      arbitrary: jsonChanges.map((list) => ({ text: changedText(value, list), isText: false })),
    },
  );
}

/** In place of one of the values. */
function inPlace(text: string, at: number, odd: string): string {
  const lines = text.split('\n');
  const withValue = lines.flatMap((line, index) => (/: \S/.test(line) ? [index] : []));
  const chosen = withValue[at % withValue.length];
  return lines
    .map((line, index) => (index === chosen ? line.replace(/: .*/, () => `: ${odd}`) : line))
    .join('\n');
}
