/** A host whose incident is open has been back, and falls silent again. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Checker } from './checker.ts';
import { blackout, light, settled, slaveOf } from './settled.ts';
import type { World } from './world.ts';

const holdOf = (world: World, host: string): string | undefined =>
  world.master().core?.master?.incidents.get(host)?.hold?.code;

function confirmDead(world: World, host: string): boolean {
  let ok = false;
  world.ask(world.master().name, { ask: 'confirm-dead', host, by: 'ann' }, (answer) => {
    ok = answer.to === 'confirm-dead' && answer.ok;
  });
  return ok;
}

/** Booted without a word: `good-HOST` runs there again, `bad-HOST` does not start, so that the incident stays open. */
function rebooted(world: World, host: string): void {
  world.nova.resumeGuests = false;
  world.nova.addServer(`good-${host}`, host);
  world.nova.addServer(`bad-${host}`, host);
  world.nova.rebootFails.add(`bad-${host}`);
  world.powerOff(host);
  world.run(2_000);
  world.powerOn(host);
  world.run(4_000);
  world.startCompute(host);
  world.until(
    'all but one run',
    () => holdOf(world, host) === 'restarts-pending' && world.running.get(`good-${host}`)?.has(host) === true,
    60_000,
  );
}

void describe('silence that a host announced after its return', () => {
  function returning(): { readonly world: World; readonly host: string } {
    const world = settled({ hosts: 4, proofs: ['silence', 'reboot'] });
    const host = slaveOf(world);
    rebooted(world, host);
    return { world, host };
  }

  it('is no second death while it is in maintenance, until somebody vouches for it', () => {
    const { world, host } = returning();
    let declared = false;
    const maintenance = { by: 'ann', why: 'new switch', recover: false };
    world.ask(host, { ask: 'maintenance', declared: maintenance }, (answer) => {
      declared = answer.to === 'maintenance' && answer.ok;
    });
    world.until('declared', () => declared, 10_000);
    world.run(5_000);
    const checker = new Checker(world);
    blackout(world, host);
    world.until('held', () => holdOf(world, host) === 'planned-work', 30_000);
    world.run(60_000);
    assert.equal(world.nova.rows.length, 0);
    assert.deepEqual([world.twice, checker.betsLost], [[], []]);
    light(world, host);
    world.until('goes on', () => holdOf(world, host) === 'restarts-pending', 30_000);
    world.powerOff(host);
    world.until('held', () => holdOf(world, host) === 'planned-work', 30_000);
    world.until('a word is taken', () => confirmDead(world, host), 30_000);
    world.until('recovered', () => world.nova.servers.get(`good-${host}`)?.host !== host, 60_000);
    assert.deepEqual(checker.broken, []);
  });

  it('is none either while it reboots, or after it was shut down', () => {
    for (const why of ['reboot', 'shutdown'] as const) {
      const { world, host } = returning();
      const { agentLife } = world.host(host);
      const leaving = { why, expiresMs: why === 'reboot' ? 600_000 : null };
      world.feed(world.host(host), agentLife, { kind: 'stop', now: world.clock.now, leaving });
      world.run(3_000);
      world.powerOff(host);
      world.until('held', () => holdOf(world, host) === 'planned-work', 30_000);
      world.run(60_000);
      assert.equal(world.nova.rows.length, 0, why);
      world.run(600_000);
      assert.equal(world.nova.rows.length === 0, why === 'shutdown', 'what takes too long is no reboot');
    }
  });
});
