import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compare } from './compare.ts';
import { parseExpected } from './expected.ts';
import { parseCommands } from './parse-commands.ts';
import type { Happening } from './transcript.ts';

/** `SECONDS word…` each. */
const happened = (...lines: readonly string[]): readonly Happening[] =>
  lines.map((line) => {
    const [at = '', ...words] = line.split(' ');
    return { atMs: Number(at) * 1_000, words };
  });

/** `LINE: words`; `-` where nothing expected is about it. */
function differences(happenings: readonly Happening[], ...expected: readonly string[]): readonly string[] {
  const scenario = parseCommands('hosts 3\nvm vm1 on h1\nuntil 100');
  assert.ok(scenario.ok);
  const read = parseExpected(expected.join('\n'), scenario.scenario);
  assert.ok(read.ok, JSON.stringify(read));
  return compare(happenings, read.expected).map(({ line, words }) => `${line ?? '-'}: ${words}`);
}

describe('what happened beside what was expected', () => {
  it('is the same if each has happened in its window, the ends included, in any order', () => {
    const happenings = happened('10 master h1', '20 verdict h3 failed', '21 force-down h3');
    assert.deepEqual(
      differences(happenings, '21..21 force-down h3', '0..10 master h1', '20.. verdict h3 failed'),
      [],
    );
  });

  it('differs by what is missing, and says when it was instead', () => {
    assert.deepEqual(differences([], '0..9 master h1'), ['1: expected 0..9 master h1: it did not']);
    assert.deepEqual(differences(happened('9.5 master h1'), '0..9 master h1', 'maybe 0.. master h1'), [
      '1: expected 0..9 master h1: but at 9.5',
    ]);
  });

  it('differs by what was not expected', () => {
    assert.deepEqual(differences(happened('5 master h1', '9.5 master h2'), '0..9 master h1'), [
      '-: not expected: 9.5 master h2',
    ]);
  });

  it('differs by what comes once more than it was expected', () => {
    const twice = happened('5 reboot vm1 on h1', '6 reboot vm1 on h1');
    assert.deepEqual(differences(twice, '0..9 reboot vm1 on h1'), ['-: not expected: 6.0 reboot vm1 on h1']);
    assert.deepEqual(differences(twice, '0..9 reboot vm1 on h1', '0..9 reboot vm1 on h1'), []);
  });

  it('differs by what must never be, whenever, though it was also allowed', () => {
    assert.deepEqual(
      differences(
        happened('5 force-down h1', '7 force-down h2'),
        'never force-down h1',
        'maybe 0.. force-down *',
      ),
      ['1: never force-down h1, and yet: 5.0 force-down h1'],
    );
  });

  it('may hold what may be, any number of times, but in its window only', () => {
    const happenings = happened('5 verdict h2 degraded', '6 verdict h2 online', '8 verdict h2 degraded');
    assert.deepEqual(differences(happenings, 'maybe 0..9 verdict h2'), []);
    assert.deepEqual(differences(happenings, 'maybe 0..7 verdict h2'), [
      '-: not expected: 8.0 verdict h2 degraded',
    ]);
    assert.deepEqual(differences([], 'maybe 0.. verdict h2'), []);
  });

  it('is assigned so that as many as possible are met: overlapping windows', () => {
    const happenings = happened('5 start vm1 on h1', '15 start vm1 on h1', '25 start vm1 on h1');
    const windows = ['0..30', '0..20', '0..10'].map((window) => `${window} start vm1 on h1`);
    assert.deepEqual(differences(happenings, ...windows), []);
    assert.deepEqual(differences(happenings, ...windows.toReversed()), []);
    // Two in the first ten seconds: one has no place.
    assert.deepEqual(
      differences(happenings, '0..10 start vm1 on h1', '0..30 start vm1 on h1', '0..10 start vm1 on h1'),
      ['3: expected 0..10 start vm1 on h1: but at 25.0', '-: not expected: 25.0 start vm1 on h1'],
    );
  });

  it('is assigned so that as many as possible are met: alternatives in a chain', () => {
    const happenings = happened('1 start vm1 on h1', '1 start vm1 on h2', '1 start vm1 on h3');
    const alternatives = ['h1|h2', 'h2|h3', 'h1'].map((hosts) => `0..9 start vm1 on ${hosts}`);
    assert.deepEqual(differences(happenings, ...alternatives), []);
    assert.deepEqual(differences(happenings, '0..9 start vm1 on *', ...alternatives.slice(1)), []);
  });

  it('is found whatever the order, as often as chance draws it', () => {
    // Each expectation reaches its own happening and those before: one way only to meet all.
    const count = 12;
    const happenings = Array.from({ length: count }, (_, n) => `${n + 1} no-master`);
    const windows = Array.from({ length: count }, (_, n) => `0..${n + 1} no-master`);
    for (let turn = 0; turn < count; turn += 1) {
      const turned = [...windows.slice(turn), ...windows.slice(0, turn)];
      assert.deepEqual(differences(happened(...happenings), ...turned), []);
      assert.deepEqual(differences(happened(...happenings), ...turned.toReversed()), []);
    }
  });

  it('lets * stand for any part of a word, and for a whole one', () => {
    const happenings = happened('5 report begin incident/h3/held brake', '6 evacuate vm1 h1 -> h2');
    for (const cause of ['incident/*', '*/held', 'in*/h3/*', '*', 'partition|incident/*/held'])
      assert.deepEqual(differences(happenings, `0..9 report begin ${cause}`, '0..9 evacuate vm* h1'), []);
    assert.deepEqual(differences(happenings, 'never report begin inc*', 'maybe 0.. evacuate v*1'), [
      '1: never report begin inc*, and yet: 5.0 report begin incident/h3/held brake',
      '-: not expected: 5.0 report begin incident/h3/held brake',
    ]);
  });

  it('takes words that are left out at the end for any, and words that are not there for none', () => {
    assert.deepEqual(differences(happened('5 evacuate vm1 h1 -> h2'), '0..9 evacuate vm1'), []);
    assert.deepEqual(differences(happened('5 evacuate vm1 h1 -> h2'), '0..9 evacuate * h1'), []);
    assert.deepEqual(differences(happened('5 evacuate vm1 refused'), '0..9 evacuate vm1 * -> h2'), [
      '1: expected 0..9 evacuate vm1 * -> h2: it did not',
      '-: not expected: 5.0 evacuate vm1 refused',
    ]);
  });
});
