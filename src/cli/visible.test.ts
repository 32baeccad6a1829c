import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { visible, visibleIn, visibleJson, visibleLines } from './visible.ts';

const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
/** ESC, CSI as one character, DEL, right-to-left override, line separator, a tag, half of a character. */
const NASTY = ['\u001b[2J', '\u009b2J', '\u007f', '\u202e', '\u2028', '\u{e0041}', '\ud83d', '\r', '\n'];
const text = fc
  .array(fc.oneof(fc.constantFrom(...NASTY), fc.string()), { maxLength: 6 })
  .map((parts) => parts.join(''));

void test('nothing that a terminal obeys gets through, and everything else as it is', () => {
  assert.equal(visible('by ann\u001b[2J\u202e, \u{e0041}é😀'), 'by ann\\u{1b}[2J\\u{202e}, \\u{e0041}é😀');
  assert.equal(visibleLines('a\u001b\nb\r'), 'a\\u{1b}\nb\\u{d}');
  fc.assert(
    fc.property(text, (text) => {
      assert.doesNotMatch(visible(text), HIDDEN);
      assert.doesNotMatch(visibleLines(text).replaceAll('\n', ''), HIDDEN);
    }),
  );
});

void test('JSON means the same, and a value in words is the same but for its texts', () => {
  fc.assert(
    fc.property(text, fc.integer(), fc.constantFrom(0, 2), (text, number, indent) => {
      const value = { by: text, in: [text, number, null, true] };
      const json = visibleJson(value, indent);
      assert.doesNotMatch(json.replaceAll('\n', ''), HIDDEN);
      assert.deepEqual(JSON.parse(json), value);
      const words = visible(text);
      assert.deepEqual(visibleIn(value), { by: words, in: [words, number, null, true] });
    }),
  );
});
