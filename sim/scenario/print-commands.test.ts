import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Action, TimedAction } from '../actions/action.ts';
import { type Cluster } from '../cluster.ts';
import type { Step } from '../faults/fault.ts';
import { drawRun, type DrawnFault } from '../run/draw-run.ts';
import { playRun } from '../run/play-run.ts';
import { parseCommands } from './parse-commands.ts';
import { printCommands } from './print-commands.ts';
import { type Scenario } from './scenario.ts';

describe('a run printed as commands', () => {
  it('is read back as the same cluster and script, whatever was drawn', () => {
    const done = new Set<string>();
    for (let seed = 1; seed <= 200; seed += 1) {
      const { cluster, faults } = drawRun(seed);
      const script = faults.flatMap(scriptOf).filter(({ action }) => !isFarFromNova(action));
      for (const { action } of script) done.add(action.do);
      assert.deepEqual(readBack(cluster, script), asPrinted(cluster, script), `seed ${seed}`);
    }
    assert.ok(done.size > 30, `only ${[...done].join(', ')} were drawn`);
  });

  for (const seed of [1, 4, 11])
    it(`is read back as what was done in it, repairs included (seed ${seed})`, () => {
      const { cluster, ...run } = drawRun(seed, { hosts: 3, faultsMs: 60_000 });
      const script = playRun({ cluster, ...run }).script.filter(({ action }) => !isFarFromNova(action));
      assert.ok(script.length > 0);
      assert.deepEqual(readBack(cluster, script), asPrinted(cluster, script));
    });
});

type Run = Pick<Scenario, 'cluster' | 'script'>;

function readBack(cluster: Cluster, script: readonly TimedAction[]): Run {
  const untilMs = Math.ceil(Math.max(1, ...script.map(({ atMs }) => atMs)));
  const read = parseCommands(printCommands({ cluster, pending: [], script, untilMs, rest: false }));
  assert.ok(read.ok, JSON.stringify(read));
  assert.equal(read.scenario.untilMs, untilMs);
  return asPrinted(read.scenario.cluster, read.scenario.script);
}

/** The order of the proofs, and sides of a network without hosts, mean nothing. */
function asPrinted(cluster: Cluster, script: readonly TimedAction[]): Run {
  const proofs = [...cluster.settings.proofs].sort();
  return {
    cluster: { ...cluster, settings: { ...cluster.settings, proofs } },
    script: script.map(({ atMs, action }) => ({ atMs, action: withoutEmptySides(action) })),
  };
}

function withoutEmptySides(action: Action): Action {
  if (action.do !== 'split') return action;
  return { ...action, sides: action.sides.filter((side, n) => n === 0 || side.length > 0) };
}

const isFarFromNova = (action: Action): boolean => action.do === 'split' && action.sides[0]?.length === 0;

function scriptOf({ atMs, steps }: DrawnFault): readonly TimedAction[] {
  return actionsOf(atMs, steps);
}

function actionsOf(atMs: number, steps: readonly Step[]): readonly TimedAction[] {
  return steps.flatMap((step): readonly TimedAction[] => {
    if ('action' in step) return [{ atMs: atMs + step.afterMs, action: step.action }];
    return actionsOf(atMs + step.afterMs, step.steps('h1'));
  });
}
