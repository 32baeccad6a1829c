/** Who reads docs/scenarios.md alone can write scenarios: what the parser takes stands there, and what stands there is taken. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { MOMENTS } from '../actions/moments.ts';
import { CHECKERS } from '../checkers/names.ts';
import { DEFAULT_SETTINGS } from '../cluster.ts';
import { parseExpected } from './expected.ts';
import { knownOf } from './known.ts';
import { ACTIONS, CALLS } from './parse-action.ts';
import { SETTINGS } from './parse-cluster.ts';
import { parseCommands } from './parse-commands.ts';
import { play } from './play.ts';
import { FEATURES, namesOf, type Scenario } from './scenario.ts';
import { ENDS, EVENTS } from './shapes.ts';

const PAGE = readFileSync(new URL('../../docs/scenarios.md', import.meta.url), 'utf8');

const EXAMPLES = /^```(\w*)\n([\s\S]*?)^```$/gm;
const PROSE = PAGE.replaceAll(EXAMPLES, '');

const backticked = (text: string): readonly string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, words = '']) => words.replaceAll(String.raw`\|`, '|'));

/** Cells of each row of the tables with this head. */
function rows(head: string): readonly (readonly string[])[] {
  return PAGE.split(`\n| ${head} |`)
    .slice(1)
    .flatMap((table) => table.split('\n\n')[0]?.split('\n').slice(2) ?? [])
    .map((row) => row.split(/(?<!\\)\|/).map((cell) => cell.trim()))
    .map((cells) => cells.slice(1, -1));
}

const forms = (head: string): readonly string[] => rows(head).flatMap(([cell = '']) => backticked(cell));

function scenarioOf(...lines: readonly string[]): Scenario {
  const read = parseCommands(['hosts 3', 'vm vm1 on h1', ...lines, 'until 60'].join('\n'));
  assert.ok(read.ok, `${lines.join(', ')}: ${JSON.stringify(read)}`);
  return read.scenario;
}

/** The words in capitals stand for these. */
const FOR: Readonly<Record<string, string>> = {
  'H…': 'h1 h2',
  H: 'h1',
  H2: 'h2',
  V: 'a',
  VM: 'vm1',
  CALL: 'evacuate',
  'why=W': 'why=restart',
  'KEY=VALUE': 'HA_Enabled=False',
  'WORD…': 'memory=1024 locked',
  MOMENT: 'order',
  ACTION: 'power off h2',
  REASON: 'busy',
};

const filled = (form: string, other: Readonly<Record<string, string>> = {}): string =>
  form
    .split(' ')
    .map((word) => other[word] ?? FOR[word] ?? word)
    .join(' ');

function actionLine(form: string): string {
  if (form.startsWith('split ')) return 'at 1 split h1 | h2 | h3';
  return `at 1 ${filled(form, form.startsWith('operator creates') ? { VM: 'vm9' } : {})}`;
}

/** What can follow a word, as the parser tells it where nothing does. */
function optionsAfter(words: string): readonly string[] {
  const read = parseCommands(`hosts 3\nat 1 ${words}\nuntil 60`);
  const [mistake] = read.ok ? [] : read.mistakes;
  return /\((.+)\) is missing/.exec(mistake?.words ?? '')?.[1]?.split(', ') ?? [];
}

function notNamed(names: readonly string[]): readonly string[] {
  const named = new Set(backticked(PROSE).flatMap((words) => [words, words.split(/[ =]/)[0] ?? '']));
  return names.filter((name) => !named.has(name));
}

describe('the page on scenarios', () => {
  const actions = forms('action');

  it('has actions that the parser takes as they stand there', () => {
    assert.ok(actions.length > 70, `only ${actions.length} were found`);
    for (const form of actions) assert.equal(scenarioOf(actionLine(form)).script.length, 1);
  });

  it('has each action that the parser takes', () => {
    const heads = ACTIONS.flatMap((word) => {
      if (word === 'once') return [word];
      if (word === 'volume') return optionsAfter('volume a').map((how) => `volume V ${how}`);
      const options = optionsAfter(word);
      return options.length === 0 ? [word] : options.map((option) => `${word} ${option}`);
    });
    assert.ok(heads.length > 60, `only ${heads.length} were found`);
    const isThere = (head: string): boolean => actions.some((form) => `${form} `.startsWith(`${head} `));
    assert.deepEqual(
      heads.filter((head) => !isThere(head)),
      [],
    );
    const moments = rows('moment of a host').flatMap(([cell = '']) => backticked(cell));
    assert.deepEqual([...moments].sort(), [...MOMENTS].sort());
  });

  it('has each setting with its default', () => {
    const table = rows('setting');
    assert.deepEqual(table.flatMap(([name = '']) => backticked(name)).sort(), [...SETTINGS].sort());
    for (const [name = '', value = ''] of table) {
      const { settings } = scenarioOf(`set ${name}=${value}`.replaceAll('`', '')).cluster;
      const proofs = [...settings.proofs].sort();
      assert.deepEqual(
        { ...settings, proofs },
        { ...DEFAULT_SETTINGS, proofs: [...DEFAULT_SETTINGS.proofs].sort() },
      );
    }
  });

  it('has each name that can stand somewhere', () => {
    const { VERDICT, STATE } = knownOf(namesOf(scenarioOf()));
    assert.deepEqual(
      notNamed([...FEATURES, ...CALLS, ...CHECKERS, 'allow lost-bet', ...VERDICT, ...STATE]),
      [],
    );
    const ofHosts = [
      'zone',
      'domain',
      'vcpus',
      'memory',
      'disk',
      'ineligible',
      'control',
      'disabled',
      'drift',
    ];
    const ofVms = ['stopped', 'error', 'paused', 'task', 'local-disk', 'locked', 'extra'];
    assert.deepEqual(notNamed([...ofHosts, ...ofVms]), []);
  });

  it('has events and ends as they can stand in what is expected', () => {
    const scenario = scenarioOf();
    const other = { V: 'failed', CAUSE: 'partition', STATE: 'held', 'WORDS…': 'no candidate host' };
    const events = forms('event').map((form) => filled(form, other));
    const ends = forms('line')
      .filter((form) => form.startsWith('finally '))
      .map((form) => filled(form, other));
    const read = parseExpected([...events.map((event) => `0.. ${event}`), ...ends].join('\n'), scenario);
    assert.ok(read.ok, JSON.stringify(read));
    const begun = new Set(
      [...events, ...ends.map((end) => end.slice('finally '.length))].map((words) => words.split(' ')[0]),
    );
    const firsts = [...EVENTS, ...ENDS].flatMap((shape) => shape.split(' ')[0]?.split('|') ?? []);
    assert.deepEqual(
      firsts.filter((first) => !begun.has(first === 'VM' ? 'vm1' : first)),
      [],
    );
  });

  it('has an example that happens as it is expected', () => {
    const [commands = '', expected = ''] = [...PAGE.matchAll(EXAMPLES)].flatMap(([, language, block = '']) =>
      language === '' ? [block] : [],
    );
    const read = parseCommands(commands);
    assert.ok(read.ok, JSON.stringify(read));
    const wanted = parseExpected(expected, read.scenario);
    assert.ok(wanted.ok, JSON.stringify(wanted));
    assert.deepEqual(play(read.scenario, wanted.expected).differences, []);
  });
});
