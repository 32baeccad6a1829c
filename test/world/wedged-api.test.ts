/** A host whose API takes connections and never answers: it must not cost the others their voice. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { World } from './little-world.ts';

it('a helper that never answers does not silence the witnesses', () => {
  const world = new World({ hosts: 4 });
  world.until('a master', () => world.masters().length === 1, 40_000);
  world.run(8_000);
  const master = world.master().name;
  const [victim = '', wedged = ''] = [...world.hosts.keys()].filter((name) => name !== master);
  world.addVm('vm', victim);
  world.wedged.add(wedged);
  // The master alone lost sight of the victim, whose storage hangs; its neighbours hear its agent.
  world.network.oneWay.add(`${master}>${victim}`);
  world.network.oneWay.add(`${victim}>${master}`);
  for (const volume of world.volumes) volume.hung.add(victim);
  world.host(victim).compute = false;
  world.until('heard by a neighbour', () => world.verdict(victim) === 'partitioned', 30_000);
  for (let second = 0; second < 60; second += 1) {
    world.run(1_000);
    assert.equal(world.verdict(victim), 'partitioned');
  }
  assert.deepEqual(world.nova.rows, []);
  assert.deepEqual(world.twice, []);
});
