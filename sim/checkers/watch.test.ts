/** Each checker bites: the world is made to break exactly one promise, past Vigil. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BREAKS } from '../../test/world/broken-promises.ts';
import { CHECKERS } from './names.ts';
import { watch } from './watch.ts';
import { brokenBy, claims, lease, quietWorld } from '../../test/world/quiet-world.ts';

describe('the checkers', () => {
  it('find nothing in a quiet world', () => {
    const world = quietWorld();
    const watched = watch(world);
    world.run(300_000);
    watched.atRest();
    assert.deepEqual([watched.violations, watched.bets], [[], []]);
  });

  for (const checker of CHECKERS)
    for (const [what, breakIt] of Object.entries(BREAKS[checker])) {
      it(`${checker}: ${what}`, () => {
        const world = quietWorld();
        const watched = watch(world);
        breakIt(world, watched);
        assert.deepEqual(brokenBy(watched), [checker], JSON.stringify(watched.violations));
      });

      it(`${checker} that is allowed: ${what}`, () => {
        const world = quietWorld();
        const watched = watch(world, new Set([checker]));
        breakIt(world, watched);
        assert.deepEqual(watched.violations, []);
      });
    }

  it('know who was master before they looked', () => {
    const world = quietWorld();
    const watched = watch(world);
    lease(world, 'h2');
    claims(world, 'h2');
    world.run(200);
    assert.deepEqual(brokenBy(watched), ['two-masters']);
  });
});
