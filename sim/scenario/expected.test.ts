import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CHECKERS } from '../checkers/names.ts';
import { type Expected, parseExpected } from './expected.ts';
import { parseCommands } from './parse-commands.ts';

const read = (lines: readonly string[]): ReturnType<typeof parseExpected> => {
  const commands = parseCommands(
    ['hosts 3', 'vm vm1 on h1', 'vm vm3 on h3', 'at 100 operator creates vm9 on h2', 'until 300'].join('\n'),
  );
  assert.ok(commands.ok);
  return parseExpected(lines.join('\n'), commands.scenario);
};

function mistakesIn(...lines: readonly string[]): readonly string[] {
  const expected = read(lines);
  return expected.ok ? [] : expected.mistakes.map(({ line, words }) => `${line}: ${words}`);
}

function expectedOf(...lines: readonly string[]): Expected {
  const expected = read(lines);
  assert.ok(expected.ok, JSON.stringify(expected));
  return expected.expected;
}

describe('what is expected of a scenario', () => {
  it('is what must, may and must never happen, and how it ends', () => {
    const expected = expectedOf(
      '# why it is so',
      '',
      '125..145.5 verdict h3 failed # soon',
      'maybe 0.. verdict h2|h3 degraded',
      'never evacuate vm1 *',
      'finally vm3 runs on h2',
      'allow runs-twice',
    );
    assert.deepEqual(expected, {
      must: [{ line: 3, fromMs: 125_000, toMs: 145_500, pattern: ['verdict', 'h3', 'failed'] }],
      maybe: [{ line: 4, fromMs: 0, toMs: Infinity, pattern: ['verdict', 'h2|h3', 'degraded'] }],
      never: [{ line: 5, pattern: ['evacuate', 'vm1', '*'] }],
      finally: [{ line: 6, words: ['vm3', 'runs', 'on', 'h2'] }],
      allowed: new Map([['runs-twice', 7]]),
    });
  });

  it('allows nothing twice', () => {
    assert.deepEqual(mistakesIn('allow lost-bet', 'allow says-why', 'allow lost-bet'), [
      '3: lost-bet is allowed already',
    ]);
  });

  it('has windows that end with the scenario, or are a single moment', () => {
    const { must } = expectedOf('150.. no-master', '7..7 no-master', '0..0.001 no-master');
    assert.deepEqual(
      must.map(({ fromMs, toMs }) => [fromMs, toMs]),
      [
        [150_000, Infinity],
        [7_000, 7_000],
        [0, 1],
      ],
    );
  });

  const VERDICTS =
    'failed, isolated, partitioned, agent-down, degraded, unknown, maintenance, stopped, returning';
  const EVENTS =
    'master, no-master, verdict, report, force-down, force-up, evacuate, order, reboot, start, stop, gate, answer, agent';
  const ENDS = 'VM, nova, verdict, vm, master, no-master, no-report';
  const MISTAKES: readonly (readonly [string, string])[] = [
    ['verdict h3 failed', 'verdict is no window of time, such as 125..145'],
    ['125 verdict h3 failed', '125 is no window of time, such as 125..145'],
    ['..145 verdict h3 failed', '..145 is no window of time, such as 125..145'],
    ['125..14x verdict h3 failed', '125..14x is no window of time, such as 125..145'],
    ['125s..145s verdict h3 failed', '125s..145s is no window of time, such as 125..145'],
    ['145..125 verdict h3 failed', '145..125 ends before it begins'],
    ['301..310 verdict h3 failed', '301..310 begins after the end, which is at 300'],
    ['maybe verdict h3 failed', 'verdict is no window of time, such as 125..145'],
    ['125..145', `nothing is no event: ${EVENTS}`],
    ['125..145 verdicts h3 failed', `verdicts is no event: ${EVENTS}`],
    ['never', `nothing is no event: ${EVENTS}`],
    ['never 125..145 no-master', 'never takes no window of time'],
    ['finally 125..145 no-master', 'finally takes no window of time'],
    ['125..145 never no-master', 'never takes no window of time'],
    ['125..145 finally no-master', 'finally takes no window of time'],
    ['125..145 allow lost-bet', 'allow takes no window of time'],
    ['125..145 maybe no-master', 'maybe stands before the window of time'],
    ['125..145 verdict', 'verdict says too little: verdict HOST VERDICT'],
    ['125..145 verdict h3 failed now', 'now is too much here'],
    ['125..145 evacuate vm3 h3 -> h2 by force', 'by force is too much here'],
    ['never master h4', 'there is no host h4: h1, h2, h3'],
    ['never evacuate vm2 *', 'there is no VM vm2: vm1, vm3, vm9'],
    ['never evacuate vm1|vm2 *', 'there is no VM vm2: vm1, vm3, vm9'],
    ['never evacuate v2* *', 'there is no VM v2*: vm1, vm3, vm9'],
    ['maybe 0.. verdict h1 | h2', `there is no verdict |: online, ${VERDICTS}`],
    ['maybe 0.. verdict h3 -', `there is no verdict -: online, ${VERDICTS}`],
    ['0.. evacuate vm1 h1 > h2', '-> is expected, and not >'],
    ['0.. start vm1 at h1', 'on is expected, and not at'],
    ['0.. report began partition', 'begin or end is expected, and not began'],
    ['0.. report end incident/h3/held brake', 'brake is too much here'],
    ['0.. report begin host/h3/failed brake', 'brake is too much here'],
    ['0.. answer confirm-dead h3 yes', 'ok or refused is expected, and not yes'],
    ['0.. gate h3 opened', 'open is expected, and not opened'],
    ['finally', `nothing is no end of a scenario: ${ENDS}`],
    ['finally vm2 runs on h1', 'there is no VM vm2: vm1, vm3, vm9'],
    ['finally vm2 runs', 'there is no VM vm2: vm1, vm3, vm9'],
    ['finally vm2 stops', `vm2 is no end of a scenario: ${ENDS}`],
    ['finally vm1 runs', 'vm1 runs says too little: VM runs on HOST'],
    ['finally vm1 runns on h1', 'runs is expected, and not runns'],
    ['finally vm1 runs on h1 h2', 'h2 is too much here'],
    ['finally verdict h1', 'verdict h1 says too little: verdict HOST LAST'],
    ['finally nova places vm1 in h1', 'on is expected, and not in'],
    ['finally no-report at-all', 'at-all is too much here'],
    [
      'finally vm vm1 lost',
      'there is no state of a VM lost: waiting, ordered, evacuating, restarting, recovered, not-recovered, held',
    ],
    ['allow everything', `everything is no checker: lost-bet, ${CHECKERS.join(', ')}`],
    ['allow runs-twice two-masters', 'two-masters is too much here'],
  ];
  for (const [line, words] of MISTAKES)
    it(`names the line of a mistake and what is wrong: ${line}`, () => {
      assert.deepEqual(mistakesIn('# a comment is a line, too', '0.. no-master', line), [`3: ${words}`]);
    });

  it('tells all mistakes at once', () => {
    assert.deepEqual(mistakesIn('9..8 no-master', '0.. no-master', 'never explodes'), [
      '1: 9..8 ends before it begins',
      `3: explodes is no event: ${EVENTS}`,
    ]);
  });

  it('shows what is most like a word that is not known', () => {
    const near = (cause: string): string => {
      const [, list = ''] = mistakesIn(`never report begin ${cause}`)[0]?.split(`${cause}: `) ?? [];
      return list.split(', ')[0] ?? '';
    };
    assert.equal(near('incidnet/h3'), 'incident/h1');
    assert.equal(near('host/h3/agentdown'), 'host/h3/agent-down');
    assert.match(
      mistakesIn('never verdict h3 suspect')[0] ?? '',
      /there is no verdict suspect: stopped, online/,
    );
    assert.equal(near('volume/h3/c'), 'volume/h3/a');
  });

  it('may be any part of what is known, and whatever is created later', () => {
    const lines = [
      'never *',
      'never start|stop vm9',
      'never report begin host/*/failed',
      'never report begin incident/*/held life-*|brake',
      'never verdict h* *',
      'maybe 0.. force-* h1|h3',
      'finally * runs on h1|h2',
      'finally vm1 runs nowhere',
      'finally vm vm1 held no host can take it',
      'finally verdict h* online|none',
    ];
    assert.deepEqual(mistakesIn(...lines), []);
  });
});
