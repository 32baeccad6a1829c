/**
 * What others wrote, as a terminal may have it. Names, reasons and whatever stands in a block may hold characters that
 * move the cursor, change its colours, or reverse what is read: they are shown by their numbers.
 */

/** Control and format characters, line and paragraph separators, and halves of characters. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** `\u{1b}` for ESC; the line ends with the text. */
export function visible(text: string): string {
  return text.replaceAll(HIDDEN, (hidden) => `\\u{${(hidden.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Lines of text that are no one else's to break. */
export function visibleLines(text: string): string {
  return text.split('\n').map(visible).join('\n');
}

/** All texts in a value that came as JSON. */
export function visibleIn<Value>(value: Value): Value {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same value but for its texts
  return JSON.parse(JSON.stringify(value), (_, part: unknown) =>
    typeof part === 'string' ? visible(part) : part,
  ) as Value;
}

/** JSON leaves most of them as they are; escaped they mean the same. */
export function visibleJson(value: unknown, indent = 0): string {
  return visibleUnits(JSON.stringify(value, null, indent));
}

function visibleUnits(json: string): string {
  return json.replaceAll(HIDDEN, (hidden) =>
    hidden === '\n'
      ? hidden
      : Array.from(
          { length: hidden.length },
          (_, at) => `\\u${hidden.charCodeAt(at).toString(16).padStart(4, '0')}`,
        ).join(''),
  );
}
