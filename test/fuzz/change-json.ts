/**
 * JSON as those write it who mean harm, or have a fault: as text, since much of it no value of JavaScript would be
 * written as (-0, numbers beyond all bounds, keys that are there twice, `__proto__`).
 */
import * as fc from 'fast-check';

const DEEP = 30_000;
/** Texts that stand for a value: each is valid JSON. */
const ODD_VALUES = [
  'null',
  'true',
  '0',
  '-0',
  '-1',
  '1.5',
  '1e3',
  '1e308',
  '-1e308',
  '1e999',
  '9007199254740991',
  '9007199254740992',
  '123456789012345678901234567890',
  '""',
  '" "',
  '"NaN"',
  '"Infinity"',
  '"0"',
  '"-0"',
  '"null"',
  '".."',
  '"a/../b?c#d"',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"a\\nb"',
  '"toString"',
  '[]',
  '[[]]',
  '[null]',
  '[{}]',
  '{}',
  '{"__proto__":{"ok":true}}',
  '{"constructor":{"prototype":{"ok":true}}}',
  '{"kind":"__proto__"}',
  '{"length":1}',
  `"${'x'.repeat(10_000)}"`,
  `"${'\\ud83d\\ude00'.repeat(100)}"`,
] as const;
const DEEP_VALUES = [
  `${'['.repeat(DEEP)}${']'.repeat(DEEP)}`,
  `${'{"a":'.repeat(DEEP / 3)}1${'}'.repeat(DEEP / 3)}`,
] as const;
const ODD_KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  'unheard-of',
  '\ud800',
] as const;

export type JsonChange =
  | { readonly how: 'value'; readonly at: number; readonly text: string }
  | { readonly how: 'drop' | 'twice'; readonly at: number }
  | { readonly how: 'key'; readonly at: number; readonly key: string }
  | { readonly how: 'add'; readonly at: number; readonly key: string; readonly text: string };

const at = fc.nat();
/** As fast-check's own strings of this kind, without its second that it takes to set them up. */
const anyUnicode = fc.array(fc.nat(0x10ffff)).map((points) => String.fromCodePoint(...points));
export const oddValue: fc.Arbitrary<string> = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...ODD_VALUES) },
  { weight: 1, arbitrary: fc.constantFrom(...DEEP_VALUES) },
  { weight: 5, arbitrary: fc.json() },
  { weight: 3, arbitrary: fc.double().map((number) => JSON.stringify(number)) },
  { weight: 3, arbitrary: anyUnicode.map((text) => JSON.stringify(text)) },
);
const oddKey = fc.constantFrom(...ODD_KEYS);
const jsonChange: fc.Arbitrary<JsonChange> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ how: fc.constant('value' as const), at, text: oddValue }) },
  { weight: 2, arbitrary: fc.record({ how: fc.constantFrom('drop' as const, 'twice' as const), at }) },
  { weight: 1, arbitrary: fc.record({ how: fc.constant('key' as const), at, key: oddKey }) },
  {
    weight: 1,
    arbitrary: fc.record({ how: fc.constant('add' as const), at, key: oddKey, text: oddValue }),
  },
);
/** Mostly one: the first that is not taken hides the others. */
export const jsonChanges: fc.Arbitrary<readonly JsonChange[]> = fc.oneof(
  { weight: 3, arbitrary: jsonChange.map((one) => [one]) },
  { weight: 1, arbitrary: fc.array(jsonChange, { minLength: 2, maxLength: 3 }) },
);

/** Text that is JSON of any kind, or nearly. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  oddValue,
  fc.json(),
  anyUnicode,
  fc.tuple(fc.json(), fc.nat()).map(([text, end]) => text.slice(0, end % (text.length + 1))),
);

/** The text of `value` with each change made at the node that its number falls on. */
export function changedText(value: unknown, list: readonly JsonChange[]): string {
  const nodes = countNodes(value);
  const byNode = new Map(list.map((change) => [change.at % nodes, change]));
  let next = 0;

  const textOf = (node: unknown, change: JsonChange | undefined): string => {
    if (change?.how === 'value') {
      next += countNodes(node) - 1;
      return change.text;
    }
    if (Array.isArray(node)) return `[${node.flatMap((item) => members(item, null)).join(',')}]`;
    if (typeof node !== 'object' || node === null) return JSON.stringify(node) ?? 'null';
    const inside = Object.entries(node).flatMap(([key, item]) => members(item, key));
    if (change?.how === 'add') inside.push(`${JSON.stringify(change.key)}:${change.text}`);
    return `{${inside.join(',')}}`;
  };
  /** What stands for one member of its list or object: none, one or two. */
  const members = (item: unknown, key: string | null): readonly string[] => {
    const change = byNode.get(next);
    next += 1;
    const text = textOf(item, change);
    if (change?.how === 'drop') return [];
    const name = change?.how === 'key' ? change.key : key;
    const member = key === null || name === null ? text : `${JSON.stringify(name)}:${text}`;
    return change?.how === 'twice' ? [member, member] : [member];
  };
  return members(value, null)[0] ?? '';
}

/** The same with all that is not ASCII escaped, as the wire has it: else it goes no further than that. */
export function inAscii(json: string): Uint8Array {
  const escaped = json.replaceAll(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return Buffer.from(escaped);
}

function countNodes(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, item) => sum + countNodes(item), 1);
}
