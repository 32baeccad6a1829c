/** Beats that start on a volume that they cannot read yet. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { act } from './actions/act.ts';
import type { Action } from './actions/action.ts';
import { threeHosts } from '../test/world/three-hosts.ts';
import type { World } from './world.ts';

const HOST = 'h3';
const killed: Action = { do: 'kill', what: 'beats', hosts: [HOST], lateWriteMs: null };
const started: Action = { do: 'start', what: 'beats', hosts: [HOST] };
const agentKilled: Action = { do: 'kill', what: 'agent', hosts: [HOST], lateWriteMs: null };
const agentStarted: Action = { do: 'start', what: 'agent', hosts: [HOST] };
const isConnected = (world: World): boolean | undefined => world.host(HOST).core?.volumes.get('a')?.connected;

for (const how of ['hangs', 'fails'] as const) {
  describe(`where a volume ${how}`, () => {
    const broken: Action = { do: 'volume', volume: 'a', hosts: [HOST], how };
    const healed: Action = { do: 'volume', volume: 'a', hosts: [HOST], how: 'heals' };

    it('a beat that starts tells its agent of no place, and writes what stands there once it can read', () => {
      const world = threeHosts();
      act(world, broken);
      act(world, killed);
      act(world, started);
      world.run(10_000);
      assert.equal(isConnected(world), false);
      const before = world.volume('a').slotOf.get(HOST) ?? assert.fail();
      act(world, agentKilled);
      act(world, healed);
      world.run(3_000);
      const after = world.volume('a').slotOf.get(HOST) ?? assert.fail();
      assert.ok(after.header.incarnation > before.header.incarnation);
      assert.deepEqual(after.body, before.body);
    });

    it('an agent that starts hears of it as soon as its beat can tell', () => {
      const world = threeHosts();
      act(world, broken);
      act(world, agentKilled);
      act(world, agentStarted);
      world.run(10_000);
      // A beat that gets an error goes on, and tells what it knew before; one that hangs tells nothing.
      assert.equal(isConnected(world), how === 'fails');
      act(world, healed);
      world.run(3_000);
      assert.equal(isConnected(world), true);
    });
  });
}
