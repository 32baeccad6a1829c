/** What `make mutants` refuses, in one line and with 2, rather than to look for nothing and call that a finding. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { CI } from './ci.ts';
import { type Asked, readCommandLine } from './command-line.ts';
import { MUTANTS } from './lists/all.ts';
import { ROOT } from './mutant.ts';

const WRONG: readonly (readonly [string, RegExp])[] = [
  ['--jobs x', /'--jobs <count>' argument 'x' is invalid\. a whole number, 1 to 256;/],
  ['--jobs 0', /'--jobs <count>' argument '0' is invalid\. a whole number, 1 to 256;/],
  ['--jobs', /'--jobs <count>' argument missing;/],
  ['--seeds abc', /'--seeds <range>' argument 'abc' is invalid\. a range such as 1\.\.200;/],
  ['--seeds 9..1', /'--seeds <range>' argument '9\.\.1' is invalid\. the last seed is before the first;/],
  ['--by foo', /'--by <what>' argument 'foo' is invalid\. one of scenarios, swarm, tests;/],
  ['--by tests --by foo', /'--by <what>' argument 'foo' is invalid\./],
  [
    '--scenario zzz',
    /'--scenario <name>' argument 'zzz' is invalid\. the name of no folder of sim\/scenarios/,
  ],
  ['zzz', /value 'zzz' is invalid for argument 'name'\. the name of no defect begins so;/],
  ['order-twice zzz', /value 'zzz' is invalid for argument 'name'\./],
  ['--foo', /unknown option '--foo';/],
  ['--ci order-twice', /--ci goes without NAME, --by and --scenario/],
  ['--ci --by tests', /--ci goes without NAME/],
  ['--ci --scenario z-74', /--ci goes without NAME/],
];
for (const [line, words] of WRONG)
  void test(`refused: ${line}`, () => {
    const asked = readCommandLine(line.split(' '));
    assert.ok(asked.ask === 'nothing', asked.ask);
    assert.match(asked.mistake, /^error: [^\n]*; --help tells what there is$/);
    assert.match(asked.mistake, words);
  });

function examined(line: string): Extract<Asked, { readonly ask: 'list' | 'examine' }> {
  const asked = readCommandLine(line.split(' ').filter((word) => word !== ''));
  assert.ok(asked.ask === 'examine' || asked.ask === 'list', JSON.stringify(asked));
  return asked;
}

void test('without a word: each defect by everything, two at a time', () => {
  const { ask, chosen, jobs } = examined('');
  assert.deepEqual([ask, chosen.length, jobs], ['examine', MUTANTS.length, 2]);
  const { catchers, all, seeds, scenarios } = chosen[0]?.plan ?? assert.fail();
  assert.deepEqual([...catchers], ['scenarios', 'swarm', 'tests']);
  assert.deepEqual([all, seeds], [false, { first: 1, last: 60 }]);
  assert.ok(scenarios.includes('p-01-single-host-loses-power'));
});

void test('names, and what looks for them', () => {
  const { chosen, jobs } = examined(
    'order-tw order-never --by tests --by scenarios --scenario p-01 --seeds 3..4 --all --jobs 1',
  );
  assert.deepEqual(
    chosen.map(({ mutant }) => mutant.name),
    ['order-never-ages', 'order-twice'],
  );
  assert.equal(jobs, 1);
  assert.deepEqual(chosen[1]?.plan, {
    catchers: ['scenarios', 'tests'],
    all: true,
    seeds: { first: 3, last: 4 },
    scenarios: ['p-01-single-host-loses-power'],
  });
  assert.equal(examined('--list order-twice').ask, 'list');
});

void test('the ten that are looked at with every change each have something that looks for them', () => {
  const { chosen } = examined('--ci');
  assert.deepEqual(
    chosen.map(({ mutant, plan }) => [mutant.name, ...plan.catchers]),
    CI.map(({ name, by }) => [name, by]),
  );
  assert.deepEqual(
    chosen.map(({ plan }) => plan.scenarios.length === 0),
    CI.map(() => false),
  );
  for (const [place, { by }] of CI.entries())
    if (by === 'scenarios') assert.equal(chosen[place]?.plan.scenarios.length, 1, CI[place]?.name);
});

void test('a mistake ends the program with 2 and one line, help with 0', () => {
  const main = (...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', join(ROOT, 'test/mutants/main.ts'), ...args],
      { cwd: ROOT, encoding: 'utf8' },
    );
    return { status, stdout, stderr };
  };
  const refused = main('--jobs', 'x');
  assert.deepEqual([refused.status, refused.stdout], [2, '']);
  assert.match(refused.stderr, /^error: option '--jobs <count>' argument 'x' is invalid\. [^\n]+\n$/);
  const help = main('--help');
  assert.deepEqual([help.status, help.stderr], [0, '']);
  assert.match(help.stdout, /--by <what> +scenarios, swarm, tests/);
});
