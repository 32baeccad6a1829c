/** A nova that takes long for every answer, as one does under many evacuations at once. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { settledWithVms } from './settled.ts';

it('orders do not expire while their slaves wait for a slow nova', () => {
  const { world, victim } = settledWithVms(10);
  world.nova.faults.slowMs = 8_000;
  world.powerOff(victim);
  world.until(
    'all elsewhere',
    () => [...world.servers.values()].every(({ host }) => host !== victim),
    180_000,
  );
  assert.equal(world.nova.rows.length, 10, 'one row each');
  const refusals = world.journal.filter(
    ({ event, data }) => event === 'executed' && data['outcome'] === 'refused',
  );
  assert.deepEqual(refusals, []);
  assert.deepEqual(world.twice, []);
});
