import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectedCore } from '../../../test/world/pump.ts';
import { evidenceOf } from '../evidence/note.ts';
import type { Verdict } from '../verdict/verdict.ts';
import { factsOf } from '../verdict/facts-now.ts';
import { createMastership } from './mastership.ts';
import { reportVerdicts } from './verdict-reports.ts';

const BEAT_MS = 1_000;

/** A master that gives each host its verdict of that beat, and what of the partition it then reports. */
function cluster(...hosts: readonly string[]) {
  const core = connectedCore();
  const master = createMastership(1, core.now, true);
  core.master = master;
  return (...verdicts: readonly Verdict[]): readonly string[] => {
    core.now += BEAT_MS;
    for (const [at, host] of hosts.entries()) {
      const verdict = verdicts[at] ?? assert.fail();
      const network = verdict === 'online' ? 'fresh' : 'lost';
      const facts = { ...factsOf(core, evidenceOf(core, host) ?? assert.fail()), network } as const;
      const boot = `${host}-boot`;
      const rest = { row: 10, words: '', sinceMs: core.now, boot, lostRounds: 0, everFresh: true };
      master.judgements.set(host, { ...rest, verdict, facts });
    }
    reportVerdicts(core, master);
    return core.outbox
      .splice(0)
      .flatMap((effect) =>
        effect.do === 'report' && effect.report.cause === 'partition'
          ? [`${effect.report.state} ${effect.report.title}`]
          : [],
      );
  };
}

const TOLD = 'begin the management network is partitioned: h1, h2 | h3, h4';

void test('a partition is told once its sides stand still, with both of them', () => {
  const beat = cluster('h2', 'h3', 'h4');
  assert.deepEqual(beat('online', 'partitioned', 'suspect'), [], 'h4 is on no side yet');
  const sides = ['online', 'partitioned', 'partitioned'] as const;
  assert.deepEqual([...beat(...sides), ...beat(...sides), ...beat(...sides)], []);
  assert.deepEqual(beat(...sides), [TOLD]);
  assert.deepEqual(beat(...sides), []);
  assert.deepEqual(beat('online', 'online', 'online'), ['end the management network is whole again']);
});

void test('while hosts change sides one after the other, nothing is told', () => {
  const beat = cluster('h2', 'h3', 'h4');
  for (const second of ['online', 'partitioned', 'online', 'partitioned'] as const)
    assert.deepEqual(beat('online', 'partitioned', second), []);
});

void test('where they never stand still, they are told as they are after ten beats, and not again with each change', () => {
  const beat = cluster('h2', 'h3', 'h4');
  const turns = ['suspect', 'online', 'partitioned'] as const;
  const told = Array.from({ length: 16 }, (_, n) =>
    beat('online', 'partitioned', turns[n % turns.length] ?? assert.fail()),
  );
  assert.deepEqual(
    told.map((words) => words.length),
    told.map((_, n) => (n === 10 ? 1 : 0)),
  );
  assert.deepEqual(told[10], ['begin the management network is partitioned: h1, h2, h4 | h3']);
  assert.deepEqual(beat('online', 'online', 'suspect'), [], 'h4 may be on the other side');
  assert.deepEqual(beat('online', 'online', 'online'), ['end the management network is whole again']);
});
