import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseExpected } from './expected.ts';
import { parseCommands } from './parse-commands.ts';
import { play, type Played } from './play.ts';

function played(commands: readonly string[], ...expected: readonly string[]): Played {
  const read = parseCommands(commands.join('\n'));
  assert.ok(read.ok, JSON.stringify(read));
  const wanted = parseExpected(['maybe 0.. *', ...expected].join('\n'), read.scenario);
  assert.ok(wanted.ok, JSON.stringify(wanted));
  return play(read.scenario, wanted.expected);
}

/** `LINE: words`; `-` where no line of what was expected is about it. */
const differences = (commands: readonly string[], ...expected: readonly string[]): readonly string[] =>
  played(commands, ...expected).differences.map(({ line, words }) => `${line ?? '-'}: ${words}`);

/** A living host is said to be dead, and its VM runs twice. */
const LOST = [
  'hosts 3',
  'set proofs=reboot',
  'vm vm3 on h3',
  'at 1 freeze h3',
  'at 60 operator confirms-dead h3 on h1 by=ann',
  'until 80',
];
/** A person says of a VM that does not run that it does: nobody sees to it, and it is no fault of Vigil's. */
const FORGOTTEN = [
  'hosts 2',
  'set power-sync=2h',
  'vm vm1 on h1 error',
  'at 2 operator resets vm1',
  'until 140',
];
/** The last host that could take it dies with it. */
const NO_ROOM = ['hosts 3', 'vm vm3 on h3', 'at 1 operator disables h1', 'at 1 operator disables h2'];

describe('a scenario that is played', () => {
  it('differs by a bet that is lost, unless that is allowed, and shows it in any case', () => {
    const bet = 'operator, vm3 on h3: an operator said that it is dead';
    assert.match(differences(LOST).join(), new RegExp(`^-: a bet was lost at 60\\.\\d: ${bet}$`));
    const { happenings, differences: none } = played(LOST, 'allow lost-bet');
    assert.deepEqual(none, []);
    const told = happenings.map(({ words }) => words.join(' '));
    assert.ok(told.includes(`a bet was lost: ${bet}`));
    assert.ok(told.indexOf(`a bet was lost: ${bet}`) < told.indexOf('start vm3 on h1'), 'not in order');
  });

  it('differs by what is allowed for nothing', () => {
    assert.deepEqual(
      differences(LOST.slice(0, 3).concat('until 1'), 'allow lost-bet', 'allow comes-to-rest'),
      ['2: allow lost-bet: there was nothing to allow', '3: allow comes-to-rest: there was nothing to allow'],
    );
  });

  it('differs by a moment that does not come, unless it need not', () => {
    const lines = (...script: readonly string[]): readonly string[] =>
      differences(['hosts 3', 'vm vm3 on h3', ...script, 'until 40']);
    assert.deepEqual(lines('at 5 once evacuation h1 power off h2'), [
      '-: evacuation of h1 never happened: at 5 once evacuation h1 power off h2',
    ]);
    assert.deepEqual(lines('at 5 maybe once evacuation h1 power off h2'), []);
    const waits = 'at 1 once forced-down h3 once order h3';
    assert.deepEqual(lines('at 1 power off h3', `${waits} cut bus`), []);
    assert.deepEqual(lines('at 1 power off h3', `${waits} once order h2 cut bus`), [
      `-: order of h2 never happened: ${waits} once order h2 cut bus`,
    ]);
    assert.deepEqual(lines('at 1 power off h3', `${waits} maybe once order h2 cut bus`), []);
    assert.deepEqual(lines('at 1 power off h3', `${waits} after=1m cut bus`), [
      `-: order of h3 never happened, or less than 1m before the end: ${waits} after=1m cut bus`,
    ]);
  });

  it('differs by what a checker finds, unless that is allowed', () => {
    assert.match(differences(FORGOTTEN).join(), /^-: forgotten-vm, at 1\d\d\.\d: vm1 has not run for /);
    assert.deepEqual(differences(FORGOTTEN, 'allow forgotten-vm'), []);
  });

  it('differs by what shows only at rest, if it ends with a repair', () => {
    const short = FORGOTTEN.slice(0, 4);
    assert.deepEqual(differences([...short, 'until 10']), []);
    const found = differences([...short, 'until 10 rest'], 'allow forgotten-vm');
    assert.deepEqual(found, [
      `-: comes-to-rest, at ${/at ([\d.]+)/.exec(found[0] ?? '')?.[1]}: vm1 runs nowhere; nova has it on h1, task null`,
    ]);
    assert.deepEqual(
      differences([...short, 'until 10 rest'], 'allow forgotten-vm', 'allow comes-to-rest'),
      [],
    );
  });

  it('is compared up to its end, and its end is what is left after the repair', () => {
    const gone = ['hosts 3', 'vm vm3 on h3', 'at 1 power off h3', 'until 15 rest'];
    assert.deepEqual(differences(gone, 'never verdict h3 online', 'finally verdict h3 online'), []);
    assert.match(differences(gone, 'never verdict h3 failed').join(), /and yet: 1\d\.\d verdict h3 failed/);
  });

  it('ends with what is shown of a VM, and why', () => {
    const lines = [...NO_ROOM, 'at 10 power off h3', 'until 60'];
    assert.deepEqual(differences(lines, 'finally vm vm3 held', 'finally vm * held no candidate host'), []);
    assert.match(
      differences(lines, 'finally vm vm3 held no milk').join(),
      /^2: finally vm vm3 held no milk: it is held: no candidate host/,
    );
    assert.match(differences(lines, 'finally vm vm3 recovered').join(), /: it is held: no candidate host/);
  });

  it('ends as it has to for each host and VM that a word names', () => {
    const lines = ['hosts 3', 'vm a1 on h1', 'vm a2 on h2', 'vm b1 on h1 stopped', 'until 5'];
    assert.deepEqual(differences(lines, 'finally a* runs on h1|h2', 'finally b1 runs nowhere'), []);
    assert.deepEqual(differences(lines, 'finally * runs on h1', 'finally verdict h1|h2 none'), [
      '2: finally * runs on h1: of a2: it is h2',
      '3: finally verdict h1|h2 none: of h1: it is online',
    ]);
  });
});
