/** What a dead beat has left on its way, and what an agent that stands still has not sent. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { act } from './actions/act.ts';
import type { Action } from './actions/action.ts';
import { DEFAULT_SERVER } from './cluster.ts';
import { threeHosts } from '../test/world/three-hosts.ts';
import type { World } from './world.ts';

const quietWorld = (): World => threeHosts([{ ...DEFAULT_SERVER, vm: 'vm1', host: 'h3' }]);

const killed: Action = { do: 'kill', what: 'beats', hosts: ['h1'], lateWriteMs: 'open' };
const started: Action = { do: 'start', what: 'beats', hosts: ['h1'] };
const lands: Action = { do: 'late-write-lands', hosts: ['h1'] };

const counterOf = (world: World): string => {
  const header = world.volume('a').seatOf.get('h1')?.header ?? assert.fail();
  return `${header.incarnation}.${header.counter}`;
};

describe('a write that dead beats have left', () => {
  it('lands when it is told to, once, over what was written since', () => {
    const world = quietWorld();
    const before = world.volume('a').seatOf.get('h1')?.header ?? assert.fail();
    act(world, killed);
    act(world, started);
    world.run(5_000);
    const renewed = counterOf(world);
    assert.notEqual(renewed, `${before.incarnation}.${before.counter}`);
    act(world, lands);
    assert.equal(counterOf(world), `${before.incarnation}.${before.counter + 1}`);
    world.run(2_000);
    const again = counterOf(world);
    act(world, lands);
    assert.equal(counterOf(world), again, 'no second time');
  });

  it('is of the beat that died, and not of the one that has written what stands there', () => {
    const world = quietWorld();
    const before = counterOf(world);
    act(world, killed);
    act(world, started);
    act(world, killed);
    act(world, started);
    act(world, lands);
    assert.equal(
      counterOf(world),
      before.replace(/\d+$/, (counter) => String(Number(counter) + 1)),
    );
    act(world, lands);
    assert.equal(counterOf(world).split('.')[0], before.split('.')[0], 'the second has written no seat');
  });

  it('is what the beat was asked to write, if it was at that', () => {
    const world = quietWorld();
    act(world, { do: 'volume', volume: 'a', how: 'hangs', hosts: ['h1'] });
    act(world, { do: 'stop-agent', host: 'h1', why: 'restart' });
    // It says that it leaves first, and waits a while for that.
    world.run(3_000);
    act(world, killed);
    assert.equal(world.volume('a').seatOf.get('h1')?.body.phase, 'holding');
    act(world, lands);
    assert.equal(world.volume('a').seatOf.get('h1')?.body.phase, 'released');
  });

  it('can land right after the next renewal of its host', () => {
    const world = quietWorld();
    act(world, killed);
    act(world, started);
    world.run(3_000);
    let renewed = '';
    world.events.listen((event) => {
      if (event.event === 'seat-written' && renewed === '') renewed = counterOf(world);
    });
    let landedMs = -1;
    world.events.listen((event) => {
      if (event.event === 'late-write-landed' && event.volume === 'a') landedMs = world.clock.now;
    });
    act(world, { do: 'once', moment: 'renewal', host: 'h1', afterMs: 0, action: lands });
    const begunMs = world.clock.now;
    world.run(1_500);
    assert.notEqual(renewed, '');
    assert.ok(landedMs > begunMs);
  });
});

describe('a request to nova', () => {
  const dead: Action = { do: 'power-off', hosts: ['h3'] };
  const whoSends = (world: World): { name: string | null } => {
    const slave: { name: string | null } = { name: null };
    world.events.listen((event) => {
      if (event.event === 'nova-sending' && event.call.call === 'evacuate') slave.name ??= event.by;
    });
    return slave;
  };

  it('is sent when its agent goes on, and not by one that dies before', () => {
    for (const goesOn of [true, false]) {
      const world = quietWorld();
      const slave = whoSends(world);
      for (const host of ['h1', 'h2'])
        act(world, {
          do: 'once',
          moment: 'sending',
          host,
          afterMs: 0,
          action: { do: 'pause-agent', hosts: [host] },
        });
      act(world, dead);
      world.run(70_000);
      const { name } = slave;
      assert.ok(name !== null);
      assert.equal(world.nova.evacuationsOf('vm1').length, 0);
      if (!goesOn) world.killAgent(name);
      world.resumeAgent(name);
      world.run(100);
      assert.equal(world.nova.evacuationsOf('vm1').length, goesOn ? 1 : 0);
    }
  });

  it('is held until it is let go, or as long as it may be', () => {
    const world = quietWorld();
    const slave = whoSends(world);
    act(world, { do: 'nova-holds', call: 'evacuate', forMs: 30_000 });
    act(world, dead);
    while (slave.name === null && world.clock.now < 300_000) world.run(100);
    world.run(29_000);
    assert.equal(world.nova.evacuationsOf('vm1').length, 0);
    world.run(2_000);
    assert.equal(world.nova.evacuationsOf('vm1').length, 1);

    const other = quietWorld();
    const sends = whoSends(other);
    act(other, { do: 'nova-holds', call: 'evacuate', forMs: 90_000 });
    act(other, dead);
    while (sends.name === null && other.clock.now < 300_000) other.run(100);
    other.run(1_000);
    act(other, { do: 'nova-lets-go', call: 'evacuate' });
    other.run(10);
    assert.equal(other.nova.evacuationsOf('vm1').length, 1);
  });
});
