/**
 * Many little clusters, each with faults drawn from its seed, and the promises that no fault may break. One seed again:
 * VIGIL_SEED=17 node --import tsx --test test/world/random.test.ts
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { play } from './play.ts';

const SEEDS = Number(process.env['VIGIL_SEEDS'] ?? 150);
const only = process.env['VIGIL_SEED'];
const seeds = only === undefined ? Array.from({ length: SEEDS }, (_, n) => n + 1) : [Number(only)];

void test(`${seeds.length} clusters with random faults keep every promise`, (t) => {
  const failed: string[] = [];
  let evacuations = 0;
  let betsLost = 0;
  for (const seed of seeds) {
    const ended = play(seed);
    evacuations += ended.evacuations;
    betsLost += ended.betsLost;
    if (only !== undefined) for (const line of ended.story) t.diagnostic(line);
    if (ended.broken.length === 0) continue;
    failed.push(
      [
        `VIGIL_SEED=${seed} node --import tsx --test test/world/random.test.ts`,
        ...ended.broken.map((line) => `    ${line}`),
      ].join('\n'),
    );
  }
  t.diagnostic(
    `${evacuations} evacuations; ${betsLost} of guests that ran on, silent on every path (bets lost)`,
  );
  assert.equal(failed.length, 0, `\n${failed.join('\n')}`);
});
