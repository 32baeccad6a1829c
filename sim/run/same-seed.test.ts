import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { settle } from '../scenario/settle.ts';
import { drawRun } from './draw-run.ts';
import { busySeeds, eventsOf } from './events-of.ts';

const SIZE = { hosts: 4, faultsMs: 60_000 };
const BUSY = busySeeds(5);
const EVENTS_OF = JSON.stringify(new URL('events-of.ts', import.meta.url).href);

const hashOf = (events: readonly string[]): string =>
  createHash('sha256').update(events.join('\n')).digest('hex');
const ownHashes = (): readonly string[] => BUSY.map((seed) => hashOf(eventsOf(seed)));

/** What another process makes of these seeds. */
function hashesBy(
  node: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
): readonly string[] {
  const code = `
    import { createHash } from 'node:crypto';
    import { eventsOf } from ${EVENTS_OF};
    for (const seed of [${BUSY.join(', ')}])
      console.log(createHash('sha256').update(eventsOf(seed).join('\\n')).digest('hex'));`;
  const args = [...flags, '--import', 'tsx', '--input-type=module', '--eval', code];
  return execFileSync(node, args, { encoding: 'utf8', env: { PATH: process.env['PATH'], ...env } })
    .trim()
    .split('\n');
}

const majorOf = (version: string): number => Number(/^v?(\d+)\./.exec(version)?.[1] ?? 0);

/** Of those in OTHER_NODES, which `make test` sets, one of each major version that is not this one. */
function otherNodes(): ReadonlyMap<number, string> {
  const places = (process.env['OTHER_NODES'] ?? '').split(' ').filter((place) => place !== '');
  const found = places.map((place): [number, string] => [
    majorOf(execFileSync(place, ['--version'], { encoding: 'utf8' })),
    place,
  ]);
  return new Map(found.filter(([major]) => major !== majorOf(process.version)));
}

describe('a random run', () => {
  const first = new Map<number, readonly string[]>();

  for (const seed of BUSY)
    it(`is the same to the byte for the same seed (${seed})`, () => {
      const events = eventsOf(seed);
      assert.ok(events.length > 20, `only ${events.length} events`);
      assert.deepEqual(eventsOf(seed), events);
      first.set(seed, events);
    });

  it('is another for another seed', () => {
    const different = new Set([...first.values()].map((events) => events.join('\n')));
    assert.equal(different.size, BUSY.length);
    assert.equal(BUSY.length, 5);
  });

  it('is the same in another process, wherever that is and however little memory it has', () => {
    const own = ownHashes();
    const lang = { LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' };
    assert.deepEqual(hashesBy(process.execPath, ['--max-old-space-size=64'], { TZ: 'UTC', LANG: 'C' }), own);
    assert.deepEqual(
      hashesBy(process.execPath, ['--max-old-space-size=4096'], { TZ: 'Asia/Kolkata', ...lang }),
      own,
    );
  });

  const others = otherNodes();
  it('is the same by another version of Node', { skip: others.size === 0 && 'none in OTHER_NODES' }, () => {
    const own = ownHashes();
    for (const [major, node] of others) assert.deepEqual(hashesBy(node, [], {}), own, `Node ${major}`);
  });

  it('is another for another seed of chance alone, with the same cluster and faults', () => {
    const { cluster } = drawRun(1, SIZE);
    const drawn = [1, 2].map((seed) => {
      const settled = settle({ ...cluster, settings: { ...cluster.settings, seed } });
      assert.ok(settled.ok);
      return settled.world.random.below(1_000_000_000);
    });
    assert.notEqual(drawn[0], drawn[1]);
  });
});
