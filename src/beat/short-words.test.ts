import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBeatMessage } from '../core/wire/beat-message-checks.ts';
import { type BeatMessage, MAX_DETAIL_LENGTH } from '../core/wire/beat-messages.ts';
import { withShortWords } from './short-words.ts';

const nothing = { counter: 1, begunMs: 0, endedMs: 0, wroteMs: null, seats: null, slots: null } as const;
const saying: readonly ((detail: string) => BeatMessage)[] = [
  (detail) => ({ kind: 'failed', id: 1, code: 'io', detail }),
  (detail) => ({ kind: 'stopped', reason: 'foreign-writer', detail, block: null }),
  (detail) => ({ kind: 'beat', ...nothing, error: { code: 'io', detail }, droppedReadings: 0 }),
];

void test('whatever a beat has to say, its agent takes it', () => {
  for (const make of saying)
    for (const length of [0, 1, MAX_DETAIL_LENGTH, MAX_DETAIL_LENGTH + 1, 5_000])
      for (const word of ['é😀', 'a b ', 'path/'.repeat(60)]) {
        const message = make(`open /${word.repeat(length)}`.slice(0, length));
        const said = withShortWords(message);
        const taken = parseBeatMessage(JSON.stringify(said));
        assert.ok(taken.ok, JSON.stringify(taken));
        if (length <= MAX_DETAIL_LENGTH) assert.deepEqual(taken.value, message);
      }
});

void test('of what is too long, paths are cut first, and then what is between beginning and end', () => {
  const short = (detail: string): string => {
    const said = withShortWords({ kind: 'failed', id: 1, code: 'io', detail });
    return said.kind === 'failed' ? said.detail : assert.fail();
  };
  const path = `/mnt/${'x'.repeat(4_000)}/a.vol`;
  assert.match(
    short(`open ${path} failed: look at ${path} and its mount`),
    /^open (\/mnt\/x{75}\[…\]x{74}\/a\.vol) failed: look at \1 and its mount$/,
  );
  const long = short(`first ${'word '.repeat(1_000)}last`);
  assert.match(long, /^first word .*\[…\].* word last$/);
  assert.equal(long.length, MAX_DETAIL_LENGTH);
});
