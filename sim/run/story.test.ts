/** What a story of a broken promise tells, and what it leaves out. All is dark: nothing happens but what is told here. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Report } from '../../src/core/reports/report.ts';
import type { Action } from '../actions/action.ts';
import type { Violation } from '../checkers/check.ts';
import { defaultHosts, DEFAULT_SETTINGS } from '../cluster.ts';
import type { WorldEvent } from '../events.ts';
import { World } from '../world.ts';
import { Story } from './story.ts';
import { brief } from './story-words.ts';

const HOSTS = 12;
const SECOND_MS = 1_000;
const NEVER_MS = Infinity;
const LINES_MAX = 41;
const MANY = 30_000;

const VIOLATION: Violation = {
  checker: 'living-host',
  atMs: NEVER_MS,
  words: 'something is wrong',
  hosts: ['h1', 'h3'],
  vm: null,
};

const dark = (): World =>
  new World({
    hosts: defaultHosts(HOSTS),
    leaseVolumes: 1,
    settings: DEFAULT_SETTINGS,
    servers: [],
    groups: [],
    cold: true,
  });

/** One thing a second, from 1 s on. */
function storyOf(
  events: readonly WorldEvent[],
  violation: Partial<Violation> = {},
  repairedMs = NEVER_MS,
): readonly string[] {
  const world = dark();
  const story = new Story(world);
  for (const event of events) {
    world.run(SECOND_MS);
    world.events.emit(event);
  }
  return story.of({ ...VIOLATION, ...violation }, repairedMs);
}

const done = (action: Action): WorldEvent => ({ event: 'action', action });
const journal = (by: string, name: string, data: Readonly<Record<string, unknown>>): WorldEvent => ({
  event: 'journal',
  by,
  name,
  data,
});
const verdict = (by: string, host: string, to = 'suspect'): WorldEvent =>
  journal(by, 'verdict', { host, from: null, to, row: 13, words: 'too soon to tell', facts: {} });
const order = (vm: string, victim: string, target: string): WorldEvent =>
  journal('h1', 'order', { vm, victim, target, term: 1, attempt: 1 });
const report = (cause: string, host: string | null): WorldEvent => ({
  event: 'report',
  by: 'h1',
  report: {
    cause,
    host,
    state: 'begin',
    severity: 'warning',
    title: 'a title',
    rule: null,
    evidence: {},
    advice: null,
  } satisfies Report,
});

const BEAT: WorldEvent = {
  event: 'volume-answered',
  by: 'h1',
  asked: { do: 'read-volume', id: 1, untilMs: 1, volume: 'a', what: ['slots'] },
  answer: { of: 'read-volume', ok: false, volume: 'a', detail: 'no answer' },
};

describe('the story of a broken promise', () => {
  it('tells what its hosts have suffered, and not what they have said of others', () => {
    const events = [verdict('h1', 'h7'), verdict('h1', 'h3'), report('incident/h7', 'h7')];
    assert.deepEqual(storyOf([...events, report('incident/h3/held', 'h3'), report('partition', null)]), [
      '2.000 h1: h3 is suspect, by row 13: too soon to tell',
      '4.000 h1 reports begin of incident/h3/held: a title',
      '5.000 h1 reports begin of partition: a title',
    ]);
  });

  it('tells what was done to its hosts, to who was master, and to everything', () => {
    const events = [
      done({ do: 'power-off', hosts: ['h3'] }),
      done({ do: 'power-off', hosts: ['h4'] }),
      { event: 'lease', host: 'h9', holds: true } as const,
      verdict('h1', 'h9'),
      done({ do: 'pause-agent', hosts: ['h9'] }),
      done({ do: 'nova', how: 'hangs' }),
      done({ do: 'lose', from: 'h2', to: 'h3', bothWays: false }),
      done({ do: 'volume', volume: 'a', how: 'hangs', hosts: ['h4', 'h5'] }),
      done({
        do: 'once',
        moment: 'evacuation',
        host: 'h5',
        afterMs: 0,
        action: { do: 'cut', hosts: ['h3'] },
      }),
      done({ do: 'delete-vm', vm: 'vm1' }),
    ];
    assert.deepEqual(storyOf(events), [
      '1.000 ── power off h3',
      '3.000 h9 holds the lease',
      '5.000 ── pause agent h9',
      '6.000 ── nova hangs',
      '7.000 ── lose h2 > h3',
      '9.000 ── once evacuation h5 cut h3',
    ]);
  });

  it('of a VM: tells what became of it and of the hosts that it was on, not of others there', () => {
    const events = [
      order('vm1', 'h5', 'h6'),
      order('vm2', 'h5', 'h7'),
      done({ do: 'power-off', hosts: ['h6'] }),
      done({ do: 'power-off', hosts: ['h7'] }),
      verdict('h1', 'h5', 'failed'),
      { event: 'guest-started', vm: 'vm2', host: 'h7' } as const,
      { event: 'guest-started', vm: 'vm1', host: 'h6' } as const,
      done({ do: 'guest-dies', vm: 'vm1' }),
    ];
    const told = [
      '1.000 h1 orders h6 to have vm1 of h5 restarted: term=1 attempt=1',
      '3.000 ── power off h6',
      '5.000 h1: h5 is failed, by row 13: too soon to tell',
      '7.000 the guest of vm1 starts on h6',
      '8.000 ── guest vm1 dies',
    ];
    assert.deepEqual(storyOf(events, { hosts: [], vm: 'vm1' }), told);
  });

  it('names of many hosts those it is about, and how many there are beside them', () => {
    const hosts = defaultHosts(HOSTS).map(({ name }) => name);
    assert.deepEqual(
      storyOf([
        done({ do: 'power-off', hosts }),
        done({ do: 'split', sides: [['h2'], hosts.filter((name) => name !== 'h2')] }),
      ]),
      ['1.000 ── power off h1 h3 (and 10 more hosts)', '2.000 ── split h2 | h1 h3 (and 9 more hosts)'],
    );
  });

  it('is not crowded out by what happens with every beat, nor by the last minute', () => {
    const world = dark();
    const story = new Story(world);
    world.events.emit(done({ do: 'power-off', hosts: ['h3'] }));
    for (let n = 0; n < MANY; n += 1) world.events.emit(BEAT);
    for (let n = 0; n < 200; n += 1) world.events.emit(verdict('h1', 'h3'));
    const lines = story.of(VIOLATION, NEVER_MS);
    assert.equal(lines[0], '(172 of less weight or longer ago are left out)');
    assert.equal(lines[1], '0.000 ── power off h3');
    assert.ok(lines.length <= LINES_MAX, `${lines.length} lines`);
  });

  it('tells once what is repaired round after round, and what else was done', () => {
    const round = [
      done({ do: 'heal-network' }),
      done({ do: 'maintenance', host: 'h3', what: 'end' }),
      {
        event: 'answered',
        what: 'maintenance',
        host: 'h3',
        ok: true,
        words: 'it is not in maintenance',
        ends: true,
      } as const,
      done({ do: 'power-on', hosts: ['h3'] }),
    ];
    assert.deepEqual(
      storyOf(
        [done({ do: 'power-on', hosts: ['h3'] }), done({ do: 'heal-network' }), ...round, ...round],
        {},
        3 * SECOND_MS,
      ),
      [
        '1.000 ── power on h3',
        '2.000 ── heal network',
        '3.000 ── everything is repaired (3 more, the last at 8.000)',
        '6.000 ── power on h3 (1 more, the last at 10.000)',
      ],
    );
  });

  it('tells once what is asked again and again, but each change and each deed at its time', () => {
    const asked = ['a', 'b'].map((volume) => journal('h3', 'body-not-written', { volume, detail: 'hung' }));
    const off = done({ do: 'power-off', hosts: ['h3'] });
    const on = done({ do: 'power-on', hosts: ['h3'] });
    const flips = [verdict('h1', 'h3'), verdict('h1', 'h3', 'online'), verdict('h1', 'h3'), off, on, off];
    assert.deepEqual(
      storyOf([...asked, ...asked, ...asked, ...flips]).map((line) => line.replace(/, by row.*/, '')),
      [
        '1.000 h3: body-not-written volume=a detail=hung (2 more, the last at 5.000)',
        '2.000 h3: body-not-written volume=b detail=hung (2 more, the last at 6.000)',
        '7.000 h1: h3 is suspect',
        '8.000 h1: h3 is online',
        '9.000 h1: h3 is suspect',
        '10.000 ── power off h3',
        '11.000 ── power on h3',
        '12.000 ── power off h3',
      ],
    );
  });

  it('tells of the report that its words name, whomever that concerns', () => {
    const events = [report('host/h9/failed', 'h9'), report('host/h3/failed', 'h3')];
    assert.deepEqual(storyOf(events, { words: 'h1 begins host/h9/failed again' }), [
      '1.000 h1 reports begin of host/h9/failed: a title',
    ]);
  });
});

describe('a value of a story', () => {
  it('is told whole, or ends between two words', () => {
    const words = Array.from({ length: 100 }, (_, n) => `word${n}`).join(' ');
    const told = brief(words);
    assert.match(told, / word\d+ …$/);
    assert.ok(words.startsWith(told.slice(0, -' …'.length)));
    assert.equal(brief('short enough'), 'short enough');
  });

  it('is a boot in words, a list with its length, and no deeper than can be read', () => {
    const boot = '00000000000000070000000000000002';
    assert.equal(
      brief([{ boot, rows: [1, 2, 3, 4, 5] }]),
      '[{boot=boot 2 of h7 rows=[1, 2, 3, … 5 in all]}]',
    );
    assert.equal(brief({ a: { b: { c: 1 } }, none: null }), '{a={b={…}}}');
  });
});
