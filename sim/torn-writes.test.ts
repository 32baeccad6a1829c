import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { act } from './actions/act.ts';
import { threeHosts } from '../test/world/three-hosts.ts';
import type { Block } from './volume.ts';
import type { World } from './world.ts';

/** The host that writes such a block has been told to lose power in the middle. */
function tornWorld(block: Block, host: string): World {
  const world = threeHosts();
  act(world, { do: 'volume-torn', volume: 'a', host, block });
  return world;
}

const statesOf = (
  blocks: readonly { readonly host: string | null; readonly state: string }[],
  host: string,
): readonly string[] => blocks.filter((block) => block.host === host).map(({ state }) => state);

describe('power that is lost in the middle of a write', () => {
  it('leaves the slot half-written for all, until its host writes it again', () => {
    const world = tornWorld('slot', 'h3');
    world.run(2_000);
    assert.equal(world.host('h3').power, false);
    const { slots } = world.volume('a').read(world.host('h2'));
    assert.deepEqual(statesOf(slots, 'h3'), ['damaged']);
    assert.deepEqual(statesOf(world.volume('b').slots, 'h3'), ['read']);
    act(world, { do: 'power-on', hosts: ['h3'] });
    world.run(5_000);
    assert.deepEqual(statesOf(world.volume('a').slots, 'h3'), ['read']);
  });

  it('leaves the seat of a holder so, and another wins the lease', () => {
    const world = tornWorld('seat', 'h1');
    world.run(2_000);
    assert.deepEqual(statesOf(world.volume('a').seats, 'h1'), ['damaged']);
    world.run(40_000);
    assert.notEqual(world.masters()[0]?.name ?? 'h1', 'h1');
  });

  it('leaves one record of an incident so', () => {
    const world = tornWorld('cell', 'h1');
    world.run(2_000);
    assert.equal(world.host('h1').power, true);
    act(world, { do: 'power-off', hosts: ['h3'] });
    world.run(20_000);
    assert.equal(world.host('h1').power, false);
    assert.equal(world.volume('a').cells.filter(({ state }) => state === 'damaged').length, 1);
  });
});
