import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseCommands } from '../scenario/parse-commands.ts';
import { printCommands } from '../scenario/print-commands.ts';
import { withoutHost } from './without-host.ts';

const LINES = [
  'hosts 4',
  'host h4 zone=east',
  'vm vm1 on h3',
  'at 1 power off h1 h2 h3',
  'at 2 power off h2',
  'at 3 split h1 h2 | h3 h4',
  'at 4 split h1 h3 h4 | h2',
  'at 5 operator confirms-dead h2 on h1 by=ann',
  'at 6 operator confirms-dead h4 on h1 by=ann',
  'at 7 once renewal h2 power off h1',
  'at 8 operator disables h3',
  'at 9 nova down',
  'until 20',
];

function left(lines: readonly string[], host: string): readonly string[] | null {
  const read = parseCommands(lines.join('\n'));
  assert.ok(read.ok, JSON.stringify(read));
  const { scenario } = read;
  const smaller = withoutHost(scenario, host);
  return (
    smaller &&
    printCommands({ ...scenario, ...smaller })
      .trimEnd()
      .split('\n')
  );
}

void it('goes with all that was done to it alone, and those after it move up', () => {
  assert.deepEqual(left(LINES, 'h2'), [
    'hosts 3',
    'host h3 zone=east',
    'vm vm1 on h2',
    'at 1 power off h1 h2',
    'at 3 split h1 | h2 h3',
    'at 4 split h1 h2 h3',
    'at 6 operator confirms-dead h3 on h1 by=ann',
    'at 8 operator disables h2',
    'at 9 nova down',
    'until 20',
  ]);
});

void it('stays where a VM is on it, or where one would be left', () => {
  assert.equal(left(LINES, 'h3'), null);
  assert.equal(left(['hosts 2', 'until 5'], 'h2'), null);
});
