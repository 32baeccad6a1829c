/**
 * What is broken here is no fault of Vigil's: a person says of a VM that does not run that it does, and nobody is told
 * of it any more.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCommands } from '../scenario/parse-commands.ts';
import { printCommands } from '../scenario/print-commands.ts';
import { breaks, type Case, shrink } from './shrink.ts';

const LINES = [
  'hosts 4',
  // Or nova itself would take it for stopped.
  'set power-sync=2h',
  'vm vm1 on h1 error',
  'vm vm2 on h2',
  'vm vm3 on h1',
  'group g anti-affinity vm2 vm3',
  'at 1 operator disables h3',
  'at 2 operator resets vm1',
  'at 3 isolation-address dead',
  'at 4 isolation-address alive',
  'at 5 operator sets vm2 HA_Enabled=False',
  'until 140',
];

function caseOf(lines: readonly string[]): Case {
  const read = parseCommands(lines.join('\n'));
  assert.ok(read.ok);
  const { cluster, script, untilMs } = read.scenario;
  return { cluster, script, untilMs, atRest: false };
}

describe('a run that breaks a promise', () => {
  it('is made as small as it gets, and breaks it still', () => {
    const told: Case[] = [];
    const smallest = shrink(caseOf(LINES), 'forgotten-vm', (remains) => told.push(remains));
    assert.deepEqual(
      printCommands({ ...smallest, pending: [], rest: false })
        .trimEnd()
        .split('\n'),
      ['hosts 2', 'set power-sync=2h', 'vm vm1 on h1 error', 'at 2 operator resets vm1', 'until 140'],
    );
    assert.equal(breaks(smallest, 'forgotten-vm')?.vm, 'vm1');
    assert.deepEqual(told.at(-1), smallest);
    const sizes = told.map(
      ({ script, cluster }) => script.length + cluster.servers.length + cluster.hosts.length,
    );
    assert.deepEqual(
      sizes,
      [...new Set(sizes)].sort((a, b) => b - a),
      'each is smaller than the one before',
    );
  });

  it('stays as it is if it keeps the promise that is asked for', () => {
    const whole = caseOf(LINES);
    const told: Case[] = [];
    assert.equal(breaks(whole, 'runs-twice'), null);
    assert.equal(
      shrink(whole, 'runs-twice', (remains) => told.push(remains)),
      whole,
    );
    assert.deepEqual(told, []);
  });

  it('needs what is left', () => {
    assert.equal(breaks(caseOf(LINES.filter((line) => !line.includes('resets'))), 'forgotten-vm'), null);
  });
});
