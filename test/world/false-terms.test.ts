/** Terms that nobody has had: told by who cannot prove it, and by who can and is out of his mind. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { slot } from './fixtures.ts';
import { settled } from './settled.ts';
import type { World } from './little-world.ts';

const termOf = (world: World): number => world.master().core?.master?.term ?? assert.fail('no master');

/** As the beat of `reader` tells its agent of a block that somebody without any key has written. */
function forge(world: World, reader: string, termSeen: number): void {
  const host = world.host(reader);
  const now = world.localMs(host);
  const forged = { ...slot('h9', 9, {}, { termSeen }), authentic: false };
  const times = { begunMs: now, endedMs: now, wroteMs: now };
  const event = {
    kind: 'reading',
    volume: 'a',
    ...times,
    error: null,
    seats: null,
    slots: [forged],
  } as const;
  world.feed(host, host.agentLife, { kind: 'volume', now, event });
}

describe('false terms, on virtual time', () => {
  for (const term of [100, Number.MAX_SAFE_INTEGER])
    it(`a block of term ${term} that a host without the key cannot check costs nobody the lease`, () => {
      const world = settled({ hosts: 4, eligible: ['h1', 'h2'] });
      const [{ name }, before] = [world.master(), termOf(world)];
      forge(world, 'h3', term);
      world.run(20_000);
      assert.equal(world.master().name, name);
      assert.equal(termOf(world), before);
      assert.equal(world.host('h3').core?.termSeen, before);
      assert.deepEqual(world.watched.violations, []);
    });

  it('a host that tells of the last of all terms is reported, and masters go on to change', () => {
    const world = settled({ hosts: 4, eligible: ['h1', 'h2'] });
    const before = termOf(world);
    Object.assign(world.host('h4').core ?? assert.fail(), { termSeen: Number.MAX_SAFE_INTEGER });
    world.until('a report', () => world.reports.some(({ report }) => report.cause === 'term/h4'), 20_000);
    world.run(20_000);
    assert.equal(termOf(world), before);
    const { name } = world.master();
    world.powerOff(name);
    world.until('another master', () => world.masters().some((master) => master.name !== name), 40_000);
    assert.equal(termOf(world), before + 1);
    world.killAgent('h4');
    world.startAgent('h4');
    world.until('online', () => world.verdict('h4') === 'online', 60_000);
    assert.ok(world.reports.some(({ report }) => report.cause === 'term/h4' && report.state === 'end'));
    assert.deepEqual(world.watched.violations, []);
  });
});
