import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCommands } from './parse-commands.ts';

/** The lines, from `hosts` on the first, that have no effect. */
function idleIn(...lines: readonly string[]): readonly (number | null)[] {
  const read = parseCommands(['hosts 3', 'vm vm1 on h1', ...lines, 'until 60'].join('\n'));
  assert.ok(read.ok, JSON.stringify(read));
  return read.idle.map(({ line }) => line);
}

/** What ends something, what begins it, and what begins another such thing. */
const PAIRS: readonly (readonly [string, string, string])[] = [
  ['power on h1', 'power off h1 h2', 'power off h2'],
  ['power on h1 h2', 'restart h2 for 5s', 'restart h3 for 5s'],
  ['power on h1', 'volume a torn slot h1', 'volume a hangs h1'],
  ['power on all', 'shut down h3', 'kill agent h3'],
  ['start agent h1', 'kill agent h1', 'kill beats h1'],
  ['start agent h1', 'stop agent h1 why=restart', 'pause agent h1'],
  ['start nova-compute h1', 'reboot h1 for 5s', 'reboot h2 for 5s'],
  ['thaw h1', 'freeze h1', 'freeze h2'],
  ['resume agent h1', 'pause agent h1', 'freeze h1'],
  ['api answers h1', 'api hangs h1', 'api hangs h2'],
  ['late-write lands h1', 'kill beats h1 late-write=open', 'kill beats h1 late-write=5s'],
  ['heal h1', 'cut h1', 'cut h2'],
  ['heal h1', 'split h1 | h2', 'lose h1 > h2'],
  ['heal nova h1', 'cut nova h1', 'cut h1'],
  ['heal network', 'network loss=1%', 'cut bus'],
  ['heal bus', 'cut bus', 'cut all'],
  ['isolation-address alive', 'isolation-address dead', 'cut all'],
  ['cell up', 'cell down', 'nova down'],
  ['volume a heals h1', 'volume a slow h1 by=1s', 'volume b slow h1 by=1s'],
  ['volume a heals h1', 'volume a fails all', 'volume a fails h2'],
  ['nova up', 'nova down', 'nova hangs'],
  ['nova answers', 'nova slow by=1s', 'nova down'],
  ['nova answers', 'nova errs', 'nova build-fails vm1'],
  ['nova lets-go evacuate', 'nova holds evacuate for=5s', 'nova holds force-down for=5s'],
  ['nova heals vm1', 'nova start-fails vm1', 'nova errs'],
];

describe('an action that only ends something', () => {
  for (const [ends, begins, other] of PAIRS)
    it(`has no effect where that was never begun: ${ends}`, () => {
      assert.deepEqual(idleIn(`at 5 ${ends}`, 'at 6 cut bus'), [3]);
      assert.deepEqual(idleIn(`at 5 ${begins}`, `at 6 ${ends}`), []);
      assert.deepEqual(idleIn(`at 5 ${begins}`, `at 5 ${ends}`), []);
      assert.deepEqual(idleIn(`at 6 ${ends}`, `at 5 ${begins}`), []);
      assert.deepEqual(idleIn(`at 5 ${ends}`, `at 6 ${begins}`), [3]);
      assert.deepEqual(idleIn(`at 5 ${other}`, `at 6 ${ends}`), [4]);
    });

  it('has one at a moment, whenever it was begun', () => {
    assert.deepEqual(idleIn('at 5 once order h1 thaw h2', 'at 9 freeze h2'), []);
    assert.deepEqual(idleIn('at 5 once order h1 freeze h2', 'at 9 thaw h2'), []);
    assert.deepEqual(idleIn('at 5 once order h1 thaw h2', 'at 9 freeze h3'), [3]);
  });

  it('has one on hosts that were never on', () => {
    assert.deepEqual(idleIn('cold', 'at 5 power on all', 'at 6 start nova-compute h1'), []);
  });
});
