/** What the checkers blame nobody for, and count. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { act } from '../actions/act.ts';
import { missing } from './wanted.ts';
import { watch } from './watch.ts';
import {
  brokenBy,
  quietWorld,
  accepted,
  FAILED,
  report,
  journal,
  lease,
  sending,
  writesDown,
  readsLease,
} from '../../test/world/quiet-world.ts';

describe('what nobody is to blame for', () => {
  it('count a bet that is lost, and blame nobody for what comes of it', () => {
    const world = quietWorld();
    const watched = watch(world);
    act(world, { do: 'cut', hosts: ['h3'] });
    for (const { name } of world.volumes)
      act(world, { do: 'volume', volume: name, how: 'hangs', hosts: ['h3'] });
    world.run(60_000);
    assert.ok(world.guests.runs('vm3', 'h3') && (world.guests.running.get('vm3')?.size ?? 0) === 2);
    assert.deepEqual(
      watched.bets.map(({ bet, vm, host }) => [bet, vm, host]),
      [['silence', 'vm3', 'h3']],
    );
    assert.deepEqual(watched.violations, []);
  });

  it('blame nobody for what a person does past Vigil', () => {
    const world = quietWorld();
    const watched = watch(world);
    act(world, { do: 'stop-vm', vm: 'vm3' });
    world.run(5_000);
    accepted(world, 'vm1', 'h1', false);
    accepted(world, 'vm2', 'h2', false);
    world.guests.start('vm2', 'h3');
    assert.equal(world.guests.on('h3').has('vm3'), false);
    assert.deepEqual(watched.violations, []);
  });

  it('blame nobody for what starts on a host that is shutting down', () => {
    const world = quietWorld();
    const watched = watch(world);
    act(world, { do: 'guest-dies', vm: 'vm3' });
    act(world, { do: 'restart', host: 'h3', forMs: 20_000 });
    world.run(1_000);
    world.guests.start('vm3', 'h3');
    world.run(300_000);
    assert.equal(world.guests.runs('vm3', 'h3'), false);
    assert.deepEqual(watched.violations, []);
  });

  it('ask nobody to know what a late write has covered before it was read', () => {
    const beginsAgain = (isCovered: boolean): readonly string[] => {
      const world = quietWorld();
      const watched = watch(world);
      world.killAgent('h1');
      world.run(100);
      report(world, { state: 'begin' });
      world.run(1_000);
      const seat = { host: 'h1', volume: 'a' };
      const begunMs = world.localMs(world.host('h1'));
      world.events.emit({ event: 'seat-written', ...seat, phase: 'holding', begunMs });
      if (isCovered) world.events.emit({ event: 'late-write-landed', ...seat });
      world.run(8_500);
      lease(world, 'h2');
      world.events.emit({ event: 'report', by: 'h2', report: FAILED });
      return brokenBy(watched);
    };
    assert.deepEqual(beginsAgain(false), ['report-once']);
    assert.deepEqual(beginsAgain(true), []);
  });

  it('count what comes of having no start gate, and of that alone', () => {
    const betsOf = (gate: boolean, phase: string): readonly string[] => {
      const world = quietWorld(gate);
      const watched = watch(world);
      journal(world, 'incident', { victim: 'h3', phase, proof: 'reboot' });
      world.events.emit({ event: 'gate-open', host: 'h3' });
      accepted(world, 'vm3', 'h3');
      return [...watched.bets.map(({ bet }) => bet), ...brokenBy(watched)];
    };
    assert.deepEqual(betsOf(false, 'evacuating'), ['no-gate']);
    assert.deepEqual(betsOf(false, 'returning'), ['source-alive']);
    assert.deepEqual(betsOf(true, 'evacuating'), ['source-alive']);
  });

  it('count a bet when it is made: a request that is on its way cannot be recalled', () => {
    const betsOf = (isSentInTime: boolean): readonly string[] => {
      const world = quietWorld();
      const watched = watch(world);
      const sends = (): void => {
        writesDown(world);
        readsLease(world, {});
        sending(world);
      };
      journal(world, 'incident', { victim: 'h3', phase: 'evacuating', proof: 'silence' });
      // Or they would see to it themselves.
      for (const agent of ['h1', 'h2']) world.killAgent(agent);
      world.freeze('h3');
      world.run(25_000);
      if (isSentInTime) sends();
      world.thaw('h3');
      world.run(1_000);
      if (!isSentInTime) sends();
      accepted(world, 'vm3', 'h3');
      return [...watched.bets.map(({ bet }) => bet), ...brokenBy(watched)];
    };
    assert.deepEqual(betsOf(true), ['silence']);
    assert.deepEqual(betsOf(false), ['source-alive']);
  });

  it('take no word of Vigil for it that a VM is in the hands of a person', () => {
    const isReleased = (refuses: boolean): boolean => {
      const world = quietWorld();
      const watched = watch(world);
      if (refuses) act(world, { do: 'nova-refuses', call: 'guest-state' });
      const vms = [{ vm: 'vm3', name: 'vm3', state: 'not-recovered', reason: 'see to it by hand' }];
      report(world, { cause: 'incident/h3', evidence: { vms } });
      return watched.released.has('vm3');
    };
    assert.equal(isReleased(false), false);
    assert.equal(isReleased(true), true);
  });

  it('know maintenance that has happened, not what was asked for', () => {
    const isForgotten = (isHeard: boolean): readonly string[] => {
      const world = quietWorld();
      const watched = watch(world);
      act(world, { do: 'maintenance', host: 'h3', what: 'start' });
      world.run(1_000);
      if (!isHeard) world.killAgent('h3');
      act(world, { do: 'maintenance', host: 'h3', what: 'end' });
      world.run(1_000);
      act(world, { do: 'power-off', hosts: ['h3'] });
      world.run(2_000);
      return missing(world, watched.released).map(({ uuid }) => uuid);
    };
    assert.deepEqual(isForgotten(false), []);
    assert.deepEqual(isForgotten(true), ['vm3']);
  });
});
