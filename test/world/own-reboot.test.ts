/** A master that has rebooted itself: only another one can judge that. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bringBack } from './bring-back.ts';
import { settledWithVms } from './settled.ts';

void describe('a master that rebooted without a word', () => {
  it('is told to people if it is the only eligible one, and left to another one as soon as that can judge it', () => {
    const { world } = settledWithVms(0, { eligible: ['h1', 'h2'] });
    const former = world.master().name;
    const other = former === 'h1' ? 'h2' : 'h1';
    world.addVm('vm', former);
    world.killAgent(other);
    world.powerOff(former);
    world.run(2_000);
    bringBack(world, former);
    const told = (state: string): boolean =>
      world.reports.some(({ report }) => report.cause === `reboot/${former}` && report.state === state);
    world.until('told', () => told('begin'), 90_000);
    assert.equal(world.master().name, former);
    assert.equal(world.running.get('vm')?.size, 0);
    world.startAgent(other);
    world.until('makes way', () => world.masters()[0]?.name === other, 60_000);
    world.until('runs again', () => world.runsOn('vm', former), 60_000);
    world.until('at rest', () => told('end') && world.verdict(former) === 'online', 60_000);
    world.run(120_000);
    assert.equal(world.journal.filter(({ event }) => event === 'declared').length, 1);
    assert.equal(world.nova.rows.length, 0);
    assert.deepEqual(world.watched.violations, []);
  });

  it('is not left to an eligible one that has no seat, or was late too often', () => {
    const { world } = settledWithVms(0, { eligible: ['h1', 'h2'] });
    const former = world.master().name;
    const other = former === 'h1' ? 'h2' : 'h1';
    const seat = world.host(other).core?.volumes.get('a') ?? assert.fail();
    // All seats are taken.
    seat.seatIndex = null;
    world.powerOff(former);
    world.run(2_000);
    bringBack(world, former);
    world.until('it is master again', () => world.masters().length === 1, 60_000);
    world.until('the other is online', () => world.verdict(other) === 'online', 20_000);
    world.run(30_000);
    assert.equal(world.masters()[0]?.name, former);
    for (let n = 0; n < 3; n += 1) {
      world.pauseAgent(other);
      world.run(2_500);
      world.resumeAgent(other);
      world.run(1_500);
    }
    seat.seatIndex = world.volumes[0]?.index(other) ?? assert.fail();
    world.run(10_000);
    assert.equal(world.masters()[0]?.name, former);
    world.until('makes way', () => world.masters()[0]?.name === other, 120_000);
  });
});
